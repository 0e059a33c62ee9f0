"""Models on inference servers, asked by an open protocol."""
