"""The fields of a calendar's form, for each kind of content. Begin with `content.py`."""
