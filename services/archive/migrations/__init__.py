"""Migrations of the schema `archive`."""
