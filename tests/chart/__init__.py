"""The Helm chart, as `make chart` tests it. Begin with `test_chart.py`."""
