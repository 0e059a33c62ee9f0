"""What a site says of how often it lets itself be asked. Pure.

Three dialects: `RateLimit-*` (the IETF's draft; Bluesky), `X-RateLimit-*` (Mastodon, GitHub),
`X-Ratelimit-*` (Reddit: the same in lower case). The reset is a number of seconds from now, a time
since the epoch, or a date.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.monitor.sources.connectors.values import as_moment

# Below this a number is a span of time: no limit runs for so many seconds (317 years).
_SPANS_BELOW = 1e9
_LONGEST = timedelta(days=1)
_USUAL = timedelta(minutes=5)


def remaining(headers: Mapping[str, str]) -> int | None:
    """How many requests the site still takes; None if it does not say. Names in lower case."""
    for name in ("ratelimit-remaining", "x-ratelimit-remaining"):
        said = headers.get(name, "").strip().split(".")[0]
        if said.isascii() and said.isdigit():
            return int(said[:9])
    return None


def until_reset(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """For how long the site wants to be left alone when nothing remains; None if it does not say.
    Never longer than a day."""
    for name in ("ratelimit-reset", "x-ratelimit-reset"):
        if said := headers.get(name, "").strip():
            return _span(said, now)
    return None


def pause_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The pause that an answer asks for: None while there are requests left."""
    if remaining(headers) != 0:
        return None
    reset = until_reset(headers, now)
    return _USUAL if reset is None else reset


def _span(said: str, now: datetime) -> timedelta | None:
    try:
        number = float(said)
    except ValueError:
        moment = as_moment(said)
    else:
        if 0 <= number < _SPANS_BELOW:
            return min(timedelta(seconds=number), _LONGEST)
        moment = as_moment(number)
    return min(max(moment - now, timedelta()), _LONGEST) if moment else None
