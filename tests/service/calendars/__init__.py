"""The use cases of calendars."""
