"""Recipients (接收人): who is told, in which language, by which channels, and when not."""
