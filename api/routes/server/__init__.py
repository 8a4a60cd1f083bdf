"""Calls about the server: health, callers, sealed payloads, `/docs`. Begin with `health.py`."""
