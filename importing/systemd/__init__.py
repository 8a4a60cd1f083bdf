"""Timer units. Open `timer.py` first."""
