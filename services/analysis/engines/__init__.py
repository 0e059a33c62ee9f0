"""Engines: the code that reads an opinion out of a text."""
