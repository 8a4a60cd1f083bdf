"""Notices on any page: messages, stale data, the banner of a freeze. Begin with `toasts.py`."""
