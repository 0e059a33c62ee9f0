"""The kinds of sources. How each is read stands in `connectors/registry.py`."""

from enum import StrEnum


class SourceKind(StrEnum):
    """How a source is read; each has its connector."""

    RSS = "rss"
