"""Incidents: opened, assessed, decided on, stood down, closed."""
