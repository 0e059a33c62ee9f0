"""The gateway: the only door to the outside. Who comes in, how much, and to which room."""
