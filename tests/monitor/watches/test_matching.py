"""The matcher finds what the plain evaluation of every watch finds, in one pass."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitor.watches.content import Fields
from services.monitor.watches.expression import holds, parse
from services.monitor.watches.matching import Matcher
from services.monitor.watches.nodes import (
    And,
    AtLeast,
    Field,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Term,
    Within,
    terms_of,
)
from shared.folding import fold

WORDS = ["a", "ab", "b", "ba", "停", "停电", "电", "a停", "b a"]

words = st.builds(Term, st.sampled_from(WORDS))
prefixes = st.builds(Term, st.sampled_from(["a", "ab", "b"]), prefix=st.just(True))
named = st.builds(Term, st.sampled_from(WORDS), st.sampled_from([Field.TITLE, Field.AUTHOR]))
coded = st.builds(Term, st.sampled_from(["weibo", "news"]), st.just(Field.PLATFORM)) | st.builds(
    Term, st.sampled_from(["zh", "zh-cn", "en"]), st.just(Field.LANGUAGE)
)
sides = st.lists(words | prefixes, min_size=1, max_size=2).map(tuple)
nearness = st.builds(Near, sides, sides, st.integers(0, 3), st.booleans())
leaves = words | words | prefixes | named | coded | nearness


def _deeper(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        inner.map(Not),
        several.map(And),
        several.map(Or),
        several.flatmap(
            lambda nodes: st.integers(1, len(nodes)).map(lambda count: AtLeast(count, nodes))
        ),
    )


trees: st.SearchStrategy[Node] = st.recursive(leaves, _deeper, max_leaves=12)
expressions = trees.filter(lambda node: not holds(node, lambda leaf: False))
period = Within(10.0, 20.0)
watchable = expressions | expressions.map(lambda node: And((node, period)))
texts = st.text(st.sampled_from("ab停电 c,"), max_size=40).map(fold)
posts = st.builds(
    Fields,
    title=texts,
    author=texts,
    platform=st.sampled_from(["weibo", "news", ""]),
    language=st.sampled_from(["zh_CN", "en", "zh"]),
    at=st.sampled_from([None, 5.0, 10.0, 19.0, 20.0]),
)


def naive(leaf: Leaf, folded: str, fields: Fields) -> bool:
    """A condition as the documentation words it, without any of the code that is tested."""
    match leaf:
        case Within(since, until):
            return fields.at is None or since <= fields.at < until
        case Near():
            return any(
                _apart(folded, first, second) <= leaf.distance
                for left in leaf.left
                for right in leaf.right
                for pair in [(_found(left, folded), _found(right, folded))]
                for first, second in _pairs(*pair, ordered=leaf.ordered)
            )
        case Term(text, Field.PLATFORM):
            return text == fields.platform
        case Term(text, Field.LANGUAGE):
            code = fields.language.lower().replace("_", "-")
            return text in (code, code[:2])
        case Term(_, field):
            part = {Field.ANY: folded, Field.TITLE: fields.title, Field.AUTHOR: fields.author}
            return bool(_found(leaf, part[field]))


def _found(term: Term, folded: str) -> list[tuple[int, int]]:
    alphabetic = "[0-9a-z_]"
    before = f"(?<!{alphabetic})" if re.match(alphabetic, term.text[0]) else ""
    after = f"(?!{alphabetic})" if re.match(alphabetic, term.text[-1]) else ""
    ending = f"{alphabetic}*" if term.prefix else after
    pattern = re.compile(f"(?={before}({re.escape(term.text)}{ending}))")
    return [match.span(1) for match in pattern.finditer(folded)]


def _pairs(
    left: list[tuple[int, int]], right: list[tuple[int, int]], *, ordered: bool
) -> list[tuple[int, int]]:
    """Where the first of two places ends and the second begins."""
    pairs = [(a[1], b[0]) for a in left for b in right if a[1] <= b[0]]
    return pairs if ordered else pairs + [(b[1], a[0]) for a in left for b in right if b[1] <= a[0]]


def _apart(folded: str, end: int, start: int) -> int:
    units = [unit.start() for unit in re.finditer(r"[0-9a-z_]+|[\u4e00-\u9fff]", folded)]
    return sum(end <= unit < start for unit in units)


@settings(max_examples=400)
@given(st.dictionaries(st.integers(0, 20), watchable, max_size=8), texts, posts)
def test_the_matcher_agrees_with_the_plain_evaluation(
    watches: dict[int, Node], folded: str, fields: Fields
) -> None:
    expected = {
        watch: tuple(
            dict.fromkeys(
                term.text
                for term in terms_of(node)[0]
                if term.field in (Field.ANY, Field.TITLE) and naive(term, folded, fields)
            )
        )
        for watch, node in watches.items()
        if holds(node, lambda leaf: naive(leaf, folded, fields))
    }
    assert dict(Matcher(watches).match(folded, fields)) == expected


def test_a_watch_names_the_terms_that_occur_in_the_order_typed() -> None:
    matcher = Matcher({"power": parse("(停电 OR 断电 OR blackout) 望湖 -演习")})
    assert matcher.match(fold("望湖新村 BLACKOUT，又停電了")) == [
        ("power", ("停电", "blackout", "望湖"))
    ]
    assert matcher.match(fold("望湖新村停电演习")) == []


@pytest.mark.parametrize("before", [8_190, 8_191, 8_192, 8_193, 100_000])
def test_a_term_is_found_anywhere_in_a_long_text(before: int) -> None:
    matcher = Matcher({"bank": parse('"ping an bank"')})
    assert matcher.match("," * before + "ping an bank") == [("bank", ("ping an bank",))]
    assert matcher.match("," * (before - 1) + "xping an bank") == []


def test_no_watches_match_nothing() -> None:
    assert Matcher[str]({}).match("anything") == []


@pytest.mark.parametrize(
    "node", [Not(Term("a")), Within(0.0, 1.0), Or((Term("a"), Not(Term("b"))))]
)
def test_a_tree_that_only_excludes_is_refused(node: Node) -> None:
    with pytest.raises(ValueError, match="every post"):
        Matcher({"w": node})


def test_a_watch_is_not_looked_at_for_a_code_that_every_post_has() -> None:
    watches = {number: parse(f"platform:weibo (停电 OR w{number})") for number in range(100)}
    assert [watch for watch, _ in Matcher(watches).match("w7", Fields(platform="weibo"))] == [7]
