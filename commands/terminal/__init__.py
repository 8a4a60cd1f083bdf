"""How the command line prints: tables, times, differences, failures.

Begin with `output.py`.
"""
