"""Exports: a case as one file that outlives this software, and the program that verifies it."""
