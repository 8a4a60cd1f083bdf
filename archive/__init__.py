"""Runs on disk, beyond the retention: JSON Lines, a file for each UTC day on which they ended.

Whoever writes and whoever reads these files meets here; nothing here knows of Temporal.
"""
