"""How the shipped model was made: `python -m services.analysis.training`."""
