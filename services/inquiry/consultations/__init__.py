"""Consultations (M4.2): a day agreed, held, minutes agreed by both sides, action items until they are done."""
