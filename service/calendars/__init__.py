"""Calendars: read, written, listed, and handed to whatever computes triggers. Begin with
`calendars.py`.
"""
