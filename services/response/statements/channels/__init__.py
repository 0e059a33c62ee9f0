"""The organisation's own outlets: what a statement is published on."""
