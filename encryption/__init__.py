"""Encrypts every payload in Temporal, including memos and failures, if keys are configured.

Begin with `codec.py`; `keys.py` reads the keys.
"""
