"""The standing audit. Begin with `test_findings.py`."""
