"""Migrations of the schema `analysis`."""
