"""Calendars, freezes and the forecast on the page."""
