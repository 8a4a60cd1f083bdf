"""Calendars: read, written, listed, and handed to whatever works out triggers. Begin with
`calendars.py`.
"""
