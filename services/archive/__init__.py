"""The archive: keeps every record of an incident, and the proof that nothing was changed."""
