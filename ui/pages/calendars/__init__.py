"""Calendars: the list, one calendar's days by month, and the form.

Begin with `page.py`; the form is `form.py`.
"""
