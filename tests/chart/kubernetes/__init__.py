"""The chart in a real Kubernetes, as `make kubernetes` tests it. Begin with `running.py`."""
