"""Temporal Schedules. Begin with `schedule.py`; `fetch.py` reads them from a server."""
