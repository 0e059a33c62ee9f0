"""Case files: records under a hash chain, what a complete one holds, and its seal."""
