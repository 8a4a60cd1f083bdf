"""Seals what Temporal keeps: every payload, memos and failures too, where keys are configured.

Begin with `codec.py`; `keys.py` reads the keys.
"""
