"""Whatever comes in while pages are read, and wherever a reading ends: nothing new is missed."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitor.sources.connectors.items import Item
from services.monitor.sources.connectors.limits import pause_after, until_reset
from services.monitor.sources.connectors.rounds import FIRST_PAGES, MOST_PAGES, Page, Round

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def item(number: int) -> Item:
    """The item of a number; each is written a second after the one before."""
    return Item(id=str(number), text="x", published_at=NOW + timedelta(seconds=number))


class Site:
    """Lists what it has, newest first; the token of a page is the oldest number on the one before
    it, or its place in the list."""

    def __init__(self, size: int, *, by_place: bool) -> None:
        self.size, self.by_place = size, by_place
        self.count = 0

    def page(self, token: str | None) -> Page:
        numbers = list(range(self.count - 1, -1, -1))
        if self.by_place:
            start = int(token or 0)
            shown = numbers[start : start + self.size]
            following = str(start + self.size) if start + self.size < self.count else None
        else:
            shown = [number for number in numbers if token is None or number < int(token)]
            following = str(shown[self.size - 1]) if len(shown) > self.size else None
            shown = shown[: self.size]
        return Page(items=[item(number) for number in shown], next=following)


@settings(max_examples=40, deadline=None)
@given(
    size=st.integers(10, 40),
    by_place=st.booleans(),
    writes=st.lists(st.integers(0, 40), min_size=1, max_size=8),
    pages=st.integers(1, 5),
    between=st.integers(0, 3),
)
def test_everything_that_is_written_after_the_first_round_is_read(
    size: int, by_place: bool, writes: list[int], pages: int, between: int
) -> None:
    site = Site(size, by_place=by_place)
    site.count = 30
    seen: set[int] = set()
    where = Round()
    now = NOW + timedelta(days=1)

    def read(most: int) -> None:
        nonlocal where
        for _ in range(most):
            page = site.page(where.at)
            seen.update(int(one.id) for one in page.items if one)
            where = Round.of(where.after(page, now).kept())
            if not where.begun:
                return
            # Things come in while the pages are turned.
            site.count += between

    while not seen or where.begun:
        read(1)
    known = max(seen)
    for count in writes:
        site.count += count
        read(pages)
    last = site.count - 1
    while where.begun or last not in seen:
        read(1)
    assert set(range(known + 1, last + 1)) <= seen


@settings(max_examples=30, deadline=None)
@given(tokens=st.lists(st.integers(0, 5), max_size=300), first=st.booleans())
def test_no_list_keeps_a_round_for_ever(tokens: list[int], first: bool) -> None:
    where = Round(since=None if first else NOW)
    turned = 0
    for token in [*tokens, *range(10, 400)]:
        where = where.after(Page(items=[item(900)], next=str(token)), NOW)
        turned += 1
        if not where.begun:
            break
    assert turned <= (FIRST_PAGES if first else MOST_PAGES)


def test_times_of_the_future_do_not_hide_what_comes_after() -> None:
    ahead = Item(id="1", text="x", published_at=NOW + timedelta(days=900))
    where = Round(since=NOW - timedelta(hours=1)).after(Page(items=[ahead]), NOW)
    assert where.since == NOW


_SAID = st.none() | st.text(max_size=9) | st.integers() | st.lists(st.none() | st.text(max_size=3))


@settings(max_examples=40, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(("since", "at", "newest", "tokens"), _SAID)))
def test_a_cursor_of_any_kind_is_read(kept: dict[str, object]) -> None:
    where = Round.of(kept)
    assert Round.of(where.kept()) == where


def test_limits_are_read_in_every_dialect() -> None:
    for left, reset, seconds in (
        ("0", "60", 60),
        ("0.0", "417.2", 417.2),
        ("0", str(int(NOW.timestamp()) + 90), 90),
        ("0", "2026-11-01T12:02:00Z", 120),
        ("0", "999999", 86_400),
        ("0", "soon", 300),
        ("0", "-5", 0),
    ):
        headers = {"x-ratelimit-remaining": left, "x-ratelimit-reset": reset}
        pause = pause_after(headers, NOW)
        assert pause is not None
        assert pause.total_seconds() == seconds
    assert pause_after({"ratelimit-remaining": "1", "ratelimit-reset": "9"}, NOW) is None
    assert pause_after({}, NOW) is None
    assert until_reset({"ratelimit-reset": "1e400"}, NOW) is None
