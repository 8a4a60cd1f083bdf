"""The side effects: what a task does when it is due, with one package for each kind of action.

Begin with `attempts/attempt.py`, the frame around every attempt, then `http/activity.py`.
"""
