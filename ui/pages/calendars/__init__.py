"""Calendars: which there are, the days of one month by month, and the form that writes one. Begin
with `page.py`; the form is `form.py`.
"""
