"""Notices (预警通报): what is said of a warning, to people and to programs."""
