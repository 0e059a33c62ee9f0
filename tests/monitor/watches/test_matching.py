"""The matcher finds what the plain evaluation of every watch finds, in one pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.watches.compiled import test_of as compiled
from services.monitor.watches.expression import And, Node, Not, Or, Term, explain, holds, parse
from services.monitor.watches.matching import Matcher
from shared.folding import fold

WORDS = ["a", "ab", "b", "ba", "停", "停电", "电", "a停", "b a"]

terms = st.sampled_from(WORDS).map(Term)
trees: st.SearchStrategy[Node] = st.recursive(
    terms,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=4).map(lambda nodes: And(tuple(nodes))),
        st.lists(inner, min_size=2, max_size=4).map(lambda nodes: Or(tuple(nodes))),
    ),
    max_leaves=12,
)
watchable = trees.filter(lambda node: not holds(node, frozenset()))
texts = st.text(st.sampled_from("ab停电 c,"), max_size=40).map(fold)


@given(st.dictionaries(st.integers(0, 20), watchable, max_size=8), texts)
def test_the_matcher_agrees_with_the_plain_evaluation(
    watches: dict[int, Node], folded: str
) -> None:
    expected = {
        watch: explanation.found
        for watch, node in watches.items()
        if (explanation := explain(node, folded)).holds
    }
    assert dict(Matcher(watches).match(folded)) == expected


@given(trees, st.sets(st.sampled_from(WORDS)))
def test_compiled_expressions_agree_with_the_tree(node: Node, present: set[str]) -> None:
    assert compiled(node)(present) is holds(node, present)


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


def test_a_tree_that_only_excludes_is_refused() -> None:
    with pytest.raises(ValueError, match="every post"):
        Matcher({"w": Not(Term("a"))})
