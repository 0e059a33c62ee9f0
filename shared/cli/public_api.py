"""Paths, field names and limits of the public API that the verbs of the command use."""

from typing import Final

POSTS: Final = "/api/v1/posts"
POSTS_BULK: Final = "/api/v1/posts/bulk"
POSTS_IMPORT: Final = "/api/v1/posts/import"
STORIES: Final = "/api/v1/stories"
WARNINGS: Final = "/api/v1/warnings"
INCIDENTS: Final = "/api/v1/incidents"
USERS: Final = "/api/v1/users"
GROUPS: Final = "/api/v1/groups"
DUTY: Final = "/api/v1/duty"
RECIPIENTS: Final = "/api/v1/alerts/recipients"
RULES: Final = "/api/v1/alerts/rules"
WATCHES: Final = "/api/v1/watches"

# The most posts that one bulk request may carry.
MOST_POSTS: Final = 1_000

# What a bulk request or an import says of each post.
ACCEPTED: Final = "accepted"
DUPLICATE: Final = "duplicate"
REVISED: Final = "revised"
REJECTED: Final = "rejected"
OUTCOMES: Final = (ACCEPTED, DUPLICATE, REVISED, REJECTED)

# From mild to grave, the order in which warnings rise.
LEVELS: Final = ("blue", "yellow", "orange", "red")
