"""Response: the room that acts. Incidents, commands, statements, up to the close."""
