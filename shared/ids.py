"""Identifiers: UUIDv7, so that ids sort by the time they were made (RFC 9562)."""

from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """Make a new UUIDv7."""
    return compat.uuid7()
