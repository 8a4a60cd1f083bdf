"""The tests: a folder for each part, on a real Temporal, real receivers and a real browser.

Begin with `conftest.py`, which starts Temporal and a worker, and `waiting.py`.
"""
