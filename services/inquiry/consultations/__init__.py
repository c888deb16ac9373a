"""Consultations (M4.2), on disputes too (M10b): a day agreed, held, minutes agreed by both sides, action items done."""
