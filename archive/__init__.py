"""Runs on disk, beyond the retention: JSON Lines, a file for each UTC day on which they ended.

Both the writer and the reader of these files use it; it is independent of Temporal.
"""
