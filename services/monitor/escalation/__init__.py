"""Escalation (逐级上报): who is asked next while nobody acknowledges a warning."""
