"""Reposts and copies of one text share its hash; other texts do not."""

import time

import pytest

from services.monitor.posts.fingerprint import text_hash
from shared.folding import fold

ORIGINAL = "望湖新村今晚停电，物业说要等到十点"


def hash_of(text: str) -> str | None:
    return text_hash(fold(text))


@pytest.mark.parametrize(
    "copy",
    [
        f"{ORIGINAL}。",
        f" {ORIGINAL} https://example.org/a?b=c",
        f"https://example.org/x{ORIGINAL}",
        f"{ORIGINAL} @小王 @小李",
        f"{ORIGINAL}@小王",
        f"转发微博 //@小王: {ORIGINAL}",
        f"轉發微博。//@小王：//@小李：{ORIGINAL}",
        f"//@小王:转发微博//@小李:{ORIGINAL}",
        f"RT @wang: {ORIGINAL}",
        f"回复@小王:{ORIGINAL}",
        "望湖新村今晚停電，物業說要等到十點",
    ],
)
def test_copies_share_the_hash_of_the_original(copy: str) -> None:
    assert hash_of(copy) == hash_of(ORIGINAL)


def test_a_repost_with_words_of_its_own_is_another_text() -> None:
    assert hash_of(f"真的吗 //@小王: {ORIGINAL}") == hash_of("真的吗")
    assert hash_of("真的吗") != hash_of(ORIGINAL)


def test_a_text_that_only_mentions_a_name_inside_is_kept_whole() -> None:
    assert hash_of("谢谢 @电力热线 帮忙") != hash_of("谢谢")
    assert hash_of("write to a@example.org: urgent") != hash_of("write to")


@pytest.mark.parametrize(
    "nothing", ["", "转发微博", "Repost", "轉發", "//@小王:", "https://example.org/", "@小王", "……"]
)
def test_a_post_that_says_nothing_has_no_hash(nothing: str) -> None:
    assert hash_of(nothing) is None


def test_a_hash_has_32_hexadecimal_digits() -> None:
    digest = hash_of(ORIGINAL)
    assert digest is not None
    assert len(bytes.fromhex(digest)) == 16


@pytest.mark.parametrize(
    "pattern", ["@", " @a", "@a", "//@", "//@a:", "rt @a ", "http://", "回复@", "转发", "@a @a:"]
)
def test_a_hundred_thousand_hostile_characters_cost_a_moment(pattern: str) -> None:
    text = pattern * (100_000 // len(pattern)) + " end"
    started = time.process_time()
    text_hash(text)
    assert time.process_time() - started < 5
