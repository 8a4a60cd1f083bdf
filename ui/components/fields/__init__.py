"""Fields of forms. Each has a label, a value, a hint, and an error that says what to fix."""
