"""Runs beyond the retention: archiving and listing them."""
