"""Alembic's environment, one for all rooms, and the migrations of the corridor itself."""
