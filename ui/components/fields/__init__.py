"""Fields of forms: a label, a value, a hint, and an error that says what to fix. Begin with
`text.py`."""
