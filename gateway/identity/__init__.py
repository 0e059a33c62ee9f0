"""Users, their API keys and their sessions in the console."""
