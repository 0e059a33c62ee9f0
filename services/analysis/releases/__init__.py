"""Releases: models that were registered, how good they are, and which of them is live."""
