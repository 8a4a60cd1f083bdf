"""Whether a definition makes sense, and what may surprise in it. Begin with `registration.py`."""
