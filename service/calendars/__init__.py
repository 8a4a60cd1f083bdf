"""Reads, writes and lists calendars, and passes them to code that computes triggers.

Begin with `calendars.py`.
"""
