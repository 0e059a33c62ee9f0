"""Imports: posts from a file that somebody uploads."""
