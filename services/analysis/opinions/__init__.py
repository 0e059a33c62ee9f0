"""Opinions: what each post feels, who says so, and how sure that is."""
