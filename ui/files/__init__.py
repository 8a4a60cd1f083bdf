"""Export and import: one task as text, a list as a file, and files with tasks.

Begin with `formats.py`.
"""
