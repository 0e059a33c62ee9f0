"""The rooms of the house, by the names that queues, schemas, roles and audiences use."""

from enum import StrEnum


class Room(StrEnum):
    """One deployable part: an API, a schema, a database role, and for the services a worker."""

    GATEWAY = "gateway"
    MONITOR = "monitor"
    ANALYSIS = "analysis"
    RESPONSE = "response"
    ARCHIVE = "archive"
