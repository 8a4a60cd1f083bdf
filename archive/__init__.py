"""Runs on disk, beyond the retention: JSON Lines, a file for each UTC day on which they ended.

Independent of Temporal.
"""
