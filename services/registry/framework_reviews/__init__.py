"""Reviews of the framework (M9): they fall due by themselves."""
