"""What waits between the rooms, what failed, and driving it again."""
