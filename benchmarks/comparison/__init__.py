"""The comparison with bare temporalio: on one machine, in one run. Begin with `rounds.py`."""
