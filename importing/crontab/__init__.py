"""Crontabs. Open `table.py` first."""
