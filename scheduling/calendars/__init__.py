"""Calendars of named days that triggers keep to: holidays, weekends, feeds. Begin with
`content.py`, then `days.py`.
"""
