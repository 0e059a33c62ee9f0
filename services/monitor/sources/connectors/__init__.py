"""Connectors (接入器): the code that reads one kind of source, all behind one protocol."""
