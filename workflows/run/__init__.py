"""How a run is carried out, whichever workflow it is part of.

Begin with `execution.py`.
"""
