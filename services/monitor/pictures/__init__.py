"""Screenshots and photographs that people send with a report."""
