"""Live events: what happens in the house, as it happens, for those who listen."""
