"""Which part of somebody's JSON is which part of a post: paths in JMESPath (https://jmespath.org).

Pure. A path that finds nothing, or something of another type, leaves its field empty; an entry
without an id, or without a word, is skipped and counted.
"""

from functools import lru_cache
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, Field

from services.monitor.sources.connectors.items import Counts, Item, scoped
from services.monitor.sources.connectors.values import as_count, as_moment, as_text
from services.monitor.sources.plain_text import plain_text
from shared.schemas import RequestShape


def _compilable(path: str) -> str:
    try:
        compiled(path)
    except (JMESPathError, RecursionError) as error:
        raise ValueError(f"is no JMESPath expression: {str(error).splitlines()[0]}") from error
    return path


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("is no time zone; write a name like Asia/Shanghai") from error
    return name


JsonPath = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_compilable)]


@lru_cache(maxsize=1_024)
def compiled(path: str) -> Any:
    """The expression, ready to search."""
    return jmespath.compile(path)


def find(path: str | None, document: Any) -> Any:
    """What `path` finds in a document; None where it finds nothing or does not fit."""
    if path is None:
        return None
    try:
        return compiled(path).search(document)
    except (JMESPathError, RecursionError, ValueError, ArithmeticError):
        return None


class FieldMap(RequestShape):
    """Where the parts of a post are, each a JMESPath expression within one entry."""

    id: JsonPath = Field(examples=["id"])
    text: JsonPath = Field(examples=["body"])
    published_at: JsonPath | None = Field(
        default=None, description="Without it the time of reading counts", examples=["created"]
    )
    title: JsonPath | None = Field(default=None, examples=["subject"])
    url: JsonPath | None = Field(
        default=None, examples=["join('', ['https://forum.example.org/t/', to_string(id)])"]
    )
    author: JsonPath | None = Field(default=None, examples=["user.name"])
    followers: JsonPath | None = Field(default=None, examples=["user.followers"])
    parent: JsonPath | None = Field(default=None, examples=["reply_to"])
    language: JsonPath | None = Field(default=None, examples=["lang"])
    region: JsonPath | None = Field(default=None, examples=["user.city"])
    likes: JsonPath | None = Field(default=None, examples=["counts.likes"])
    reposts: JsonPath | None = Field(default=None, examples=["counts.shares"])
    comments: JsonPath | None = Field(default=None, examples=["counts.replies"])
    views: JsonPath | None = Field(default=None, examples=["counts.views"])


class EntryMap(RequestShape):
    """How a document of somebody else reads as posts."""

    items: JsonPath = Field(
        description="Where the list of entries is; @ for the whole", examples=["data"]
    )
    fields: FieldMap
    time_format: str | None = Field(
        default=None,
        min_length=2,
        max_length=60,
        description="As strptime reads it; left out: RFC 3339, an e-mail's date, or seconds, "
        "milliseconds or microseconds since 1970, told apart by their size",
        examples=["%d.%m.%Y %H:%M"],
    )
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", description="Of times that name none", examples=["Asia/Shanghai"]
    )
    html: bool = Field(default=False, description="Texts are HTML: their words are taken")
    ids: Literal["source", "platform"] = Field(
        default="source",
        description="`platform`: ids are those of the platform itself, so that the same post from "
        "another source is the same; `source`: they are numbers of this site",
    )


def entries(document: Any, how: EntryMap) -> list[Any]:
    """The list of entries in a document.

    Raises:
        ValueError: there is no list at that path.
    """
    found = find(how.items, document)
    if not isinstance(found, list):
        raise ValueError(f"The answer holds no list at {how.items}.")
    return found


def to_item(entry: Any, how: EntryMap, scope: str) -> Item | None:
    """One entry as an item; None if it has no id or is no object. `scope` names the site."""
    fields = how.fields
    known = as_text(find(fields.id, entry))
    if known is None:
        return None
    item = Item(
        id=known,
        title=as_text(find(fields.title, entry)),
        text=_words(find(fields.text, entry), how),
        url=as_text(find(fields.url, entry)),
        author=as_text(find(fields.author, entry)),
        followers=as_count(find(fields.followers, entry)),
        parent=as_text(find(fields.parent, entry)),
        language=as_text(find(fields.language, entry)),
        region=as_text(find(fields.region, entry)),
        counts=_counts(entry, fields),
        published_at=as_moment(
            find(fields.published_at, entry), form=how.time_format, zone=ZoneInfo(how.time_zone)
        ),
    )
    return item if how.ids == "platform" else scoped(item, scope)


def _words(value: Any, how: EntryMap) -> str:
    text = as_text(value) or ""
    return plain_text(text) if how.html else text


def _counts(entry: Any, fields: FieldMap) -> Counts | None:
    names = ("likes", "reposts", "comments", "views")
    if not any(getattr(fields, name) for name in names):
        return None
    return Counts(**{name: as_count(find(getattr(fields, name), entry)) for name in names})
