"""Classification on request: people and programs ask, the live model answers."""
