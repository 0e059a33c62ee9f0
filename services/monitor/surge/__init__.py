"""When a series of counts surges (突增): pure, causal, streaming; no table, no clock."""
