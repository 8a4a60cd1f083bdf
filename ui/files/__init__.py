"""Tasks to take away and to bring back: one as a command or a file, a list as a file, and imports.

Begin with `formats.py`.
"""
