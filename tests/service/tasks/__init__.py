"""How tasks change: edits, pauses, history, restores, bulk changes."""
