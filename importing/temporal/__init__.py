"""Schedules of Temporal. Open `schedule.py` first; `fetch.py` asks a server."""
