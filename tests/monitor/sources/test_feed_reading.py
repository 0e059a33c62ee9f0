"""Parsing happens apart: what a feed does to its parser, it does not do to the worker."""

import asyncio
import time
from contextlib import suppress

import psutil
import pytest

from services.monitor.sources.feed_reading import read_feed_apart
from services.monitor.sources.feeds import FeedRefusedError

XML = "application/xml"
# The slip (&) leaves it to the tolerant parser.
BROKEN = "<rss version='2.0'><channel><title>a & b</title>{}</channel></rss>"
FEED = "<rss version='2.0'><channel>{}</channel></rss>"


async def test_entries_come_back_as_they_were_read() -> None:
    document = FEED.format("<item><title>停电</title><guid>1</guid></item>").encode()
    (entry,) = await read_feed_apart(document, XML)
    assert (entry.id, entry.title, entry.published_at) == ("1", "停电", None)


async def test_a_broken_feed_is_read_by_the_tolerant_parser() -> None:
    document = BROKEN.format("<item><title>停电</title><guid>1</guid></item>").encode()
    (entry,) = await read_feed_apart(document, XML)
    assert (entry.id, entry.title) == ("1", "停电")


async def test_why_a_document_was_refused_comes_back() -> None:
    with pytest.raises(FeedRefusedError, match="document type"):
        await read_feed_apart(b"<!DOCTYPE rss><rss/>", XML)


async def test_a_feed_that_makes_its_parser_compute_for_minutes_is_given_up() -> None:
    # feedparser's pattern for e-mail addresses takes quadratic time: 23 s for these 100 KB.
    document = BROKEN.format(f"<item><author>{'a' * 100_000}</author></item>").encode()
    began = time.monotonic()
    with pytest.raises(FeedRefusedError, match="too much time"):
        await read_feed_apart(document, XML, seconds=1)
    assert time.monotonic() - began < 15


async def test_the_parser_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDSWELL_DATABASE_URL", "postgresql://room:secret@nowhere/db")
    document = BROKEN.format(f"<item><author>{'a' * 100_000}</author></item>").encode()
    reading = asyncio.create_task(read_feed_apart(document, XML, seconds=1))
    environments: list[dict[str, str]] = []
    while not environments:
        await asyncio.sleep(0.02)
        for child in psutil.Process().children():
            with suppress(psutil.Error):
                if "services.monitor.sources.feed_process_tolerant" in child.cmdline():
                    environments.append(child.environ())
    with pytest.raises(FeedRefusedError):
        await reading
    assert "PYTHONUTF8" in environments[0]
    assert not [name for name in environments[0] if name.startswith("GROUNDSWELL")]
