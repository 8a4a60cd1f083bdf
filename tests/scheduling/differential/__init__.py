"""Our instants compared with Temporal's, and with other cron libraries.

Begin with `test_differential.py`.
"""
