"""Sources (信息源): where posts come from, how they are read, and how they do."""
