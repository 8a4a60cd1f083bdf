"""Processes are killed, frozen and starved while tasks run: `make faults`.

Begin with `stack.py`, then `test_kills.py`.
"""
