"""What a run is told through Temporal's headers, for activities and workflows of anyone's.

`current.py` reads it; `interceptor.py` sends it from this project's workflows, and lets activities
of a worker see it.
"""
