"""The frame around every attempt, and what is known about attempts afterwards.

Begin with `attempt.py`.
"""
