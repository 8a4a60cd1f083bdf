"""The action part of the form, with a file for each kind of action. Begin with `action.py`."""
