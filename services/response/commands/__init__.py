"""Commands of the leading group, with receipts and due times."""
