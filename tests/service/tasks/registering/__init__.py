"""Registrations: defaults, warnings, late arrivals, pace."""
