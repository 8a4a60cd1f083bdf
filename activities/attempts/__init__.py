"""The frame around every attempt, and what is known of attempts afterwards.

Begin with `attempt.py`.
"""
