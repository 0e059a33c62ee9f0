"""The corridor: contracts and plumbing that every room uses. No domain rule lives here."""
