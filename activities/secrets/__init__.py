"""Secrets of tasks: where they are found, where they may go, and how outputs are kept free of them.

Begin with `store.py`.
"""
