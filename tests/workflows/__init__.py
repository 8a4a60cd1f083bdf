"""Workflows under faults: killed workers, refused schedules, outages."""
