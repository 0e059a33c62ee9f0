"""Migrations of the schema `response`."""
