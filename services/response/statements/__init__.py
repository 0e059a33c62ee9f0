"""Statements: drafted, reviewed, approved, published, corrected, withdrawn."""
