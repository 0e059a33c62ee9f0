"""Migrations of the schema `monitor`."""
