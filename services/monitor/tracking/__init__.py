"""Tracking: from posts to mentions, stories, readings and warnings, one writer at a time."""
