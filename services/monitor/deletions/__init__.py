"""Posts that were deleted where they stood (原帖已删除)."""
