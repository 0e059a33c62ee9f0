"""The API guide at /docs: a page made from the merged description."""
