"""Forecasts the starts of all tasks, and the effect of peaks. Begin with `forecast.py`."""
