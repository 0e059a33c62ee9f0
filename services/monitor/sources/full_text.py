"""Feeds that tell only the beginning: their articles are fetched, a few at a reading.

An entry waits until its article was read, so that it is stored once, whole; where the article
cannot be had, its own words must do. Which entries were read stands in the cursor: an entry that
comes again must not look like a revision that lost its text.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from services.monitor.posts.schemas import PostNew
from services.monitor.sources.articles import read_article
from services.monitor.sources.entries import Posts
from services.monitor.sources.fetching import FetchError, LaterError
from services.monitor.sources.web import Web

_ARTICLES_AT_ONCE = 6
# What is left of a reading for storing its posts, in seconds.
_RESERVE = 8.0
_LONGEST_TEXT = 100_000


@dataclass(frozen=True)
class Filled:
    """Posts with their texts, the cursor after them, and whether others wait."""

    posts: Posts
    cursor: dict[str, Any]
    more: bool


async def fill(
    posts: Posts, cursor: Mapping[str, Any] | None, web: Web, *, obeys_robots: bool
) -> Filled:
    """Read the articles of the posts that are new, as many as a reading has time for."""
    deadline = time.monotonic() + web.seconds - _RESERVE
    read = set((cursor or {}).get("read", ()))
    keys = {_key(post) for post in (*posts.dated, *posts.undated)}
    waiting = sum(key not in read for key in keys)
    done: set[str] = set()

    async def some(those: Sequence[PostNew]) -> tuple[PostNew, ...]:
        filled = []
        for post in those:
            key = _key(post)
            if key in read or key in done:
                continue
            if len(done) == _ARTICLES_AT_ONCE or time.monotonic() > deadline:
                break
            try:
                filled.append(await _with_article(post, web, obeys_robots))
            except LaterError:
                break
            done.add(key)
        return tuple(filled)

    found = replace(posts, dated=await some(posts.dated), undated=await some(posts.undated))
    return Filled(
        posts=found,
        # What the feed does not show any more need not be remembered.
        cursor={"read": sorted((read & keys) | done)},
        more=waiting > len(done),
    )


async def _with_article(post: PostNew, web: Web, obeys_robots: bool) -> PostNew:
    if post.url is None:
        return post
    try:
        article = await read_article(web, post.url, obeys_robots=obeys_robots)
    except LaterError:
        raise
    except FetchError:
        # The feed's own words are what there is; the next entry may do better.
        return post
    if len(article.text) <= len(post.text):
        return post
    return post.model_copy(
        update={
            "text": article.text[:_LONGEST_TEXT].replace("\x00", ""),
            "author": post.author or article.author[:300].replace("\x00", "") or None,
        }
    )


def _key(post: PostNew) -> str:
    return blake2b(post.external_id.encode(), digest_size=8).hexdigest()
