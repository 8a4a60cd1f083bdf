"""Runs on disk beyond the retention: JSON Lines, one file for each UTC day on which they ended.

Independent of Temporal. Begin with `writing.py`.
"""
