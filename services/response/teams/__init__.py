"""The working groups of the organisation."""
