"""Identifiers: UUIDv7, so that ids sort by the time they were made (RFC 9562)."""

from datetime import datetime
from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """Make a new UUIDv7."""
    return compat.uuid7()


def first_id(at: datetime) -> UUID:
    """The smallest UUIDv7 of that moment: ids from it on were made since."""
    return UUID(int=int(at.timestamp() * 1_000) << 80)
