"""Routing (通知规则): who is told of what, by rules that an administrator edits."""
