"""The side effects: what a task does when it is due, one kind of action a room.

Begin with `attempt.py`, the frame around every attempt, then `http/activity.py`.
"""
