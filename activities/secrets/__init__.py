"""Secrets of tasks: their sources, their permitted hosts, and their redaction from outputs.

Begin with `store.py`.
"""
