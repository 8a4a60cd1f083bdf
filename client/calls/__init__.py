"""Descriptions of the calls, one noun per file. Begin with `tasks.py`.

`surface.py` lists them all as methods of both clients.
"""
