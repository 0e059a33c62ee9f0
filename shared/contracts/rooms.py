"""The rooms of the house, by the names that queues, schemas, roles and audiences use."""

from enum import StrEnum


class Room(StrEnum):
    """One deployable part: an API, and for the four services a worker, a schema and a database role."""

    GATEWAY = "gateway"
    MONITOR = "monitor"
    ANALYSIS = "analysis"
    RESPONSE = "response"
    ARCHIVE = "archive"
