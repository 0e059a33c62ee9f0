"""What people tell: staff, officers, the public, patrols; and what becomes of it."""
