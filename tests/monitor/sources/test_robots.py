"""robots.txt is obeyed as RFC 9309 says."""

from datetime import UTC, datetime, timedelta

import pytest

from services.monitor.sources.robots import Copy, Rules

NOW = datetime(2026, 11, 1, tzinfo=UTC)
RULES = """
User-agent: *
Disallow: /private/
Allow: /private/open
Crawl-delay: 7

User-agent: groundswell
Disallow: /feeds/*.xml$
"""


@pytest.mark.parametrize(
    ("path", "allowed"), [("/feeds/a.xml", False), ("/feeds/a.xml?x", True), ("/private/", True)]
)
def test_rules_that_name_us_hold_and_no_others(path: str, allowed: bool) -> None:
    assert Rules(RULES).allow(f"https://news.example{path}") is allowed
    assert Rules(RULES).delay == 0


def test_otherwise_those_for_everybody_hold_and_the_longest_match_wins() -> None:
    rules = Rules(RULES.replace("groundswell", "somebody-else"))
    assert not rules.allow("https://news.example/private/feed")
    assert rules.allow("https://news.example/private/open/feed")
    assert rules.delay == 7


@pytest.mark.parametrize("text", ["", "<html>Not found</html>", "\ufeff", "Disallow: /"])
def test_what_holds_no_rules_forbids_nothing(text: str) -> None:
    assert Rules(text).allow("https://news.example/feed")


def test_no_site_can_make_us_wait_for_longer_than_a_minute() -> None:
    assert Rules("User-agent: *\nCrawl-delay: 86400").delay == 60


def test_a_pattern_of_many_stars_takes_no_time() -> None:
    rules = Rules("User-agent: *\nDisallow: /" + "*a" * 60 + "*b$")
    assert rules.allow("https://news.example/" + "a" * 3000)


def test_a_copy_serves_for_a_day() -> None:
    copy = Copy(text=RULES, read_at=NOW)
    assert copy.is_fresh(NOW + timedelta(hours=23))
    assert not copy.is_fresh(NOW + timedelta(hours=25))


def test_a_site_that_cannot_say_is_left_alone_until_it_can_or_a_month_has_passed() -> None:
    silent = Copy(text=None, read_at=NOW, failed_at=NOW)
    assert silent.rules(NOW + timedelta(days=29)) is None
    given_up = silent.rules(NOW + timedelta(days=31))
    assert given_up is not None
    assert given_up.allow("https://news.example/feed")
    # Not asked at every reading meanwhile.
    assert silent.is_fresh(NOW + timedelta(minutes=4))
    assert not silent.is_fresh(NOW + timedelta(minutes=6))


def test_an_old_copy_serves_while_the_site_cannot_say() -> None:
    old = Copy(text=RULES, read_at=NOW, failed_at=NOW + timedelta(days=2))
    rules = old.rules(NOW + timedelta(days=2))
    assert rules is not None
    assert not rules.allow("https://news.example/feeds/a.xml")
