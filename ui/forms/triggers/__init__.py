"""The trigger part of the form. Begin with `trigger.py`."""
