"""CronJob manifests. Open `cronjob.py` first."""
