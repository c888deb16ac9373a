"""What goes on before an accreditation and beside it, inside the accrediting country (M7.1, M7.4)."""
