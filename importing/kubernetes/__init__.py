"""CronJob manifests. Begin with `cronjob.py`."""
