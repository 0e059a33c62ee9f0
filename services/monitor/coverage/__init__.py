"""Coverage (覆盖): what each source usually brings, when one falls silent, and what is covered."""
