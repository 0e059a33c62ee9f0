"""Feeds as their standards write them: RSS 0.9x, 1.0 and 2.0, Atom 1.0 (RFC 4287), JSON Feed 1.1.

Six times as fast as the parser for everything: 200 entries take 5 ms instead of 32, of which the
parser has 0.5 and the words of their HTML the rest. What it does not understand to the letter it
leaves to that one, so both answer the same.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import reduce
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from services.monitor.sources.feeds import (
    MOST_ENTRIES,
    NO_FEED,
    Entry,
    FeedRefusedError,
    is_local,
    looks_like_json,
)
from services.monitor.sources.plain_text import plain_text

_ATOM = "{http://www.w3.org/2005/Atom}"
_RSS_1 = "{http://purl.org/rss/1.0/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_GROUP, _MEDIUM = f"{_MEDIA}group/", f"{_MEDIA}content/"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_XML = "{http://www.w3.org/XML/1998/namespace}"


class NotPlainError(Exception):
    """The document is not written as its standard says: the tolerant parser must look at it."""


def read_plain(text: str) -> list[Entry]:
    """The first `MOST_ENTRIES` entries of a feed. Its document type was refused before.

    Raises:
        NotPlainError: the tolerant parser must look at it.
        FeedRefusedError: it is JSON, and no JSON Feed.
    """
    if looks_like_json(text):
        return _json_feed(text)
    try:
        root = ElementTree.fromstring(text.encode("utf-8", "replace"), _utf8())  # noqa: S314
    except ElementTree.ParseError as error:
        raise NotPlainError(str(error)) from error
    if root.tag == "rss":
        channel = root.find("channel")
        if channel is None:
            return _leave("no channel")
        return _rss(channel, "", channel, _base("", root, channel))
    if root.tag == f"{_RDF}RDF":
        return _rss(root, _RSS_1, root.find(f"{_RSS_1}channel"), _base("", root))
    if root.tag == f"{_ATOM}feed":
        return _atom(root)
    return _leave(f"the root is {root.tag[:100]}")


def _utf8() -> ElementTree.XMLParser:
    # What the document declares does not count any more: it was decoded by us.
    return ElementTree.XMLParser(encoding="utf-8")  # noqa: S314


def _leave(why: str) -> list[Entry]:
    raise NotPlainError(why)


def _rss(parent: Element, space: str, channel: Element | None, base: str) -> list[Entry]:
    language = _text(channel, "language", f"{_DUBLIN_CORE}language") if channel is not None else ""
    return [_item(item, space, language, base) for item in _first(parent, f"{space}item")]


def _base(outer: str, *elements: Element | None) -> str:
    """What relative addresses refer to (xml:base), from the outermost element inwards."""
    said = (base for one in elements if one is not None and (base := one.get(f"{_XML}base")))
    return reduce(_joined, said, outer)


def _joined(base: str, address: str) -> str:
    """An address as its base completes it; as it is where either is none."""
    try:
        return urljoin(base, address) if address else ""
    except ValueError:
        return address


def _item(item: Element, space: str, language: str, base: str) -> Entry:
    bodies = (_text(item, f"{_CONTENT}encoded"), _text(item, f"{space}description"))
    base = _base(base, item)
    link = _joined(base, _text(item, f"{space}link"))
    guid = item.find("guid")
    identity = (guid.text or "").strip() if guid is not None else ""
    permanent = guid is not None and guid.get("isPermaLink", "true") != "false"
    if permanent and base:
        identity = _joined(base, identity)
    moment = _text(item, "pubDate", f"{_DUBLIN_CORE}date")
    return Entry(
        id=identity or item.get(f"{_RDF}about") or None,
        link=link or (identity if permanent and identity.startswith("http") else "") or None,
        title=plain_text(_text(item, f"{space}title")).replace("\n", " "),
        text=max((plain_text(body) for body in bodies), key=len) or _shown(item),
        author=_text(item, f"{_DUBLIN_CORE}creator") or _person(_text(item, "author")) or None,
        language=(_text(item, f"{_DUBLIN_CORE}language") or language) or None,
        published_at=_moment(moment),
        local=is_local(moment),
    )


def _shown(item: Element) -> str:
    """What is said of the film or the picture that an entry consists of (Media RSS)."""
    found = (item.find(f"{path}{_MEDIA}description") for path in ("", _GROUP, _MEDIUM))
    said = (plain_text(element.text or "") for element in found if element is not None)
    return next(filter(None, said), "")


def _person(author: str) -> str:
    """The name in `mail@example.org (Name)`, which is how RSS writes authors."""
    mail, bracket, name = author.partition("(")
    return name.rstrip(") ").strip() if bracket and "@" in mail else author


def _atom(feed: Element) -> list[Entry]:
    language, author = feed.get(f"{_XML}lang"), _text(feed.find(f"{_ATOM}author"), f"{_ATOM}name")
    return [_atom_entry(entry, feed, language, author) for entry in _first(feed, f"{_ATOM}entry")]


def _atom_entry(entry: Element, feed: Element, language: str | None, author: str) -> Entry:
    bodies = (entry.find(f"{_ATOM}content"), entry.find(f"{_ATOM}summary"))
    moment = _text(entry, f"{_ATOM}published", f"{_ATOM}updated")
    return Entry(
        id=_text(entry, f"{_ATOM}id") or None,
        link=_atom_link(entry, _base("", feed, entry)),
        title=_words(entry.find(f"{_ATOM}title")).replace("\n", " "),
        text=max((_words(body) for body in bodies), key=len) or _shown(entry),
        author=_text(entry.find(f"{_ATOM}author"), f"{_ATOM}name") or author or None,
        language=entry.get(f"{_XML}lang") or language,
        published_at=_moment(moment),
        local=is_local(moment),
    )


def _atom_link(entry: Element, base: str) -> str | None:
    links = entry.findall(f"{_ATOM}link")
    pages = [link for link in links if link.get("rel", "alternate") == "alternate"]
    found = next(((link, href) for link in pages if (href := link.get("href"))), None)
    return _joined(_base(base, found[0]), found[1]) if found else None


def _words(element: Element | None) -> str:
    """The words of an Atom text construct (RFC 4287, section 3.1)."""
    if element is None:
        return ""
    kind = element.get("type", "text")
    if kind == "xhtml":
        markup = ElementTree.tostring(element, encoding="unicode")
        return plain_text(markup.replace("html:", "").replace("ns1:", ""))
    if len(element):
        raise NotPlainError("elements in a text")
    text = element.text or ""
    if kind in ("html", "text/html"):
        return plain_text(text)
    if kind in ("text", "text/plain"):
        return text.strip()
    raise NotPlainError(f"a text of the type {kind[:50]}")


def _text(parent: Element | None, *names: str) -> str:
    """The text of the first of these children that says something."""
    for name in names if parent is not None else ():
        element = parent.find(name) if parent is not None else None
        if element is None:
            continue
        if len(element):
            raise NotPlainError(f"elements in {name}")
        if said := (element.text or "").strip():
            return said
    return ""


def _first(parent: Element, name: str) -> Iterator[Element]:
    for number, element in enumerate(parent.iterfind(name)):
        if number == MOST_ENTRIES:
            return
        yield element


def _moment(said: str) -> int | None:
    """Seconds since the epoch, of a time after RFC 3339 or RFC 5322 with its zone."""
    if not said:
        return None
    try:
        moment = datetime.fromisoformat(said) if said[0].isdigit() else _rfc_5322(said)
    except ValueError as error:
        raise NotPlainError("a time of its own kind") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _rfc_5322(said: str) -> datetime:
    # Names of zones mean several things, and "-0000" nothing: left to the parser that guesses.
    zone = said.rpartition(" ")[2]
    if zone not in ("GMT", "UT", "UTC", "Z") and zone[:1] not in ("+", "-"):
        raise ValueError("the name of a zone")
    return parsedate_to_datetime(said)


def _json_feed(text: str) -> list[Entry]:
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FeedRefusedError(f"This begins like JSON, and is none ({error}).") from error
    named = str(feed.get("version", "")) if isinstance(feed, dict) else ""
    items = feed.get("items") if isinstance(feed, dict) else None
    if "jsonfeed.org/version/" not in named or not isinstance(items, list):
        raise FeedRefusedError(f"{NO_FEED} It is JSON: a source of the kind json reads an API.")
    language = feed.get("language")
    people = [feed]
    return [
        _json_item(item, language, people)
        for item in items[:MOST_ENTRIES]
        if isinstance(item, dict)
    ]


def _json_item(item: dict[str, Any], language: Any, feed: list[Any]) -> Entry:
    plain, markup, title = (
        value if isinstance(value, str) else ""
        for value in (item.get("content_text"), item.get("content_html"), item.get("title"))
    )
    identity = item.get("id")
    return Entry(
        id=str(identity) if isinstance(identity, str | int) and identity != "" else None,
        link=_string(item.get("url")) or _string(item.get("external_url")),
        title=" ".join(title.split()),
        text=max(plain.strip(), plain_text(markup), key=len),
        author=next((name for holder in (item, *feed) if (name := _json_author(holder))), None),
        language=_string(item.get("language")) or _string(language),
        published_at=_json_moment(item.get("date_published") or item.get("date_modified")),
    )


def _json_author(holder: dict[str, Any]) -> str | None:
    """The first author's name: `authors` since version 1.1, `author` before."""
    authors = holder.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else holder.get("author")
    return _string(first.get("name")) if isinstance(first, dict) else None


def _json_moment(said: Any) -> int | None:
    try:
        return _moment(said) if isinstance(said, str) else None
    except NotPlainError:
        return None


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
