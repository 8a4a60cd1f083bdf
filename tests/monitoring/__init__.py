"""Metrics, alerts and the dashboard."""
