"""A whole watch, as people write it, matches what a plain reading of its parts says.

Expression, exclusions, aliases and filters are written as texts, posts in another spelling than the
words (traditional, full width, capitals, invisible characters); the reading knows the plain ones.
"""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitor.watches.content import Fields
from services.monitor.watches.expression import holds
from services.monitor.watches.matching import Matcher
from services.monitor.watches.nodes import Node, Or, Term, written
from services.monitor.watches.strategy import NO_FILTERS, Filters, read_strategy
from shared.folding import fold
from tests.monitor.watches.test_matching import expressions, naive

DISGUISES = {
    "a": "aAａＡ",
    "b": "bBｂ",
    "电": "电電",
    "停": "停",
    " ": " \t",
    ",": ",，",
    "c": "c\u200b",
}
ALIASES = {"牌子": ["a停", "ba"]}


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """A text as it reads, and as it was written."""
    plain = " ".join(draw(st.text(st.sampled_from("ab停电 c,"), max_size=40)).split())
    return plain, "".join(draw(st.sampled_from(_disguises(character))) for character in plain)


def _disguises(character: str) -> list[str]:
    if character == "c":
        return ["c", "C", "\u200bc", "c\ufe0f"]
    return list(DISGUISES[character])


# Filters let nearly nothing through: without them most of the time, so that watches match.
filters = st.just(NO_FILTERS) | st.builds(
    Filters,
    languages=st.lists(st.sampled_from(["zh", "en", "ZH_cn"]), max_size=2),
    platforms=st.lists(st.sampled_from(["Weibo", "news"]), max_size=2),
    regions=st.lists(st.sampled_from(["停电", "b"]), max_size=1),
    sources=st.lists(st.sampled_from(["a", "电"]), max_size=1),
    since=st.sampled_from([None, 5.0]),
    until=st.sampled_from([None, 15.0]),
)


def allowed(chosen: Filters, fields: dict[str, Any]) -> bool:
    """Whether the filters let a post through, as the documentation words it."""
    languages = [code.lower().replace("_", "-") for code in chosen.languages]
    language = fields["language"].lower().replace("_", "-")
    return (
        (not languages or language in languages or language[:2] in languages)
        and (not chosen.platforms or fields["platform"] in [p.lower() for p in chosen.platforms])
        and _any_word(chosen.regions, fields["region"])
        and _any_word(chosen.sources, fields["source"])
        and (chosen.since is None or fields["at"] >= chosen.since)
        and (chosen.until is None or fields["at"] < chosen.until)
    )


def _any_word(words: Any, text: str) -> bool:
    return not words or any(naive(Term(word), text, Fields()) for word in words)


@settings(max_examples=100)
@given(
    expressions,
    st.lists(expressions, max_size=1),
    st.booleans(),
    filters,
    spellings(),
    st.fixed_dictionaries(
        {
            "title": spellings(),
            "author": spellings(),
            "region": spellings(),
            "source": spellings(),
        }
    ),
    st.sampled_from(["weibo", "news"]),
    st.sampled_from(["zh_CN", "en", "zh"]),
    st.sampled_from([1.0, 5.0, 14.0, 15.0]),
)
def test_a_watch_matches_what_a_plain_reading_of_its_parts_says(
    asked: Node,
    excluded: list[Node],
    aliased: bool,
    chosen: Filters,
    text: tuple[str, str],
    spelt: dict[str, tuple[str, str]],
    platform: str,
    language: str,
    at: float,
) -> None:
    source = written(asked)
    if aliased:
        names = tuple(Term(name) for name in ("牌子", *ALIASES["牌子"]))
        source, asked = f"({source}) OR @牌子", Or((asked, *names))
    strategy = read_strategy(source, [written(node) for node in excluded], chosen, ALIASES)
    rest: dict[str, Any] = {"platform": platform, "language": language, "at": at}
    plain = {name: values[0] for name, values in spelt.items()} | rest
    typed = {name: values[1] for name, values in spelt.items()} | rest

    def reads(node: Node) -> bool:
        return holds(node, lambda leaf: naive(leaf, text[0], Fields(**plain)))

    expected = reads(asked) and not any(map(reads, excluded)) and allowed(chosen, plain)
    found = Matcher({"w": strategy.node}).match(fold(text[1]), Fields(**typed))
    assert bool(found) == expected, source
