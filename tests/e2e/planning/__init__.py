"""Calendars, freezes and the forecast on the page, in a real browser."""
