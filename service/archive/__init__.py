"""Runs beyond the retention: who writes them down, and who lists them."""
