"""Who gets to the page: sign-in, sessions and the headers that keep it safe.

Begin with `gate.py`.
"""
