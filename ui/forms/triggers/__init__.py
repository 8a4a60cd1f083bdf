"""The part of the form that says when. Begin with `trigger.py`."""
