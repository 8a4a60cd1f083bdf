"""The state of the whole installation, and forecasts. Begin with `overview.py`."""
