"""The two sides of each measurement: On the Dot, and bare temporalio doing the same work.

Begin with `side.py`.
"""
