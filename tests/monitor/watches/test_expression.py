"""The query language: what it means, what it refuses, and what it explains."""

import pytest

from services.monitor.watches.expression import And, Node, Not, Or, Term, explain, holds, parse
from services.monitor.watches.tokens import ExpressionError


def word(text: str) -> Term:
    return Term(text)


@pytest.mark.parametrize(
    ("source", "tree"),
    [
        ("停电", word("停电")),
        ("a b", And((word("a"), word("b")))),
        ("a AND b", And((word("a"), word("b")))),
        ("a or b", Or((word("a"), word("b")))),
        ("a|b｜c", Or((word("a"), word("b"), word("c")))),
        ("a b OR c d", Or((And((word("a"), word("b"))), And((word("c"), word("d")))))),
        ("a NOT b OR c", Or((And((word("a"), Not(word("b")))), word("c")))),
        ("a -b", And((word("a"), Not(word("b"))))),
        ("a -(b OR c)", And((word("a"), Not(Or((word("b"), word("c"))))))),
        ('a -"b  c"', And((word("a"), Not(word("b c"))))),
        ("covid-19", word("covid-19")),
        ('"or"', word("or")),
        (
            "（平安　OR　“工商 銀行”）－招聘",
            And((Or((word("平安"), word("工商 银行"))), Not(word("招聘")))),
        ),
        ("((a))", word("a")),
    ],
)
def test_expressions_read_as_people_mean_them(source: str, tree: Node) -> None:
    assert parse(source) == tree


@pytest.mark.parametrize(
    ("source", "position", "says"),
    [
        ("", 0, "empty"),
        ("  ", 0, "empty"),
        ("停电 AND", 6, "must follow"),
        ("a OR OR b", 5, "must follow"),
        ("OR a", 0, "cannot begin"),
        ("a (b", 2, "not closed"),
        ("a) b", 1, "closes nothing"),
        ('a "b', 2, "not closed"),
        ('a ""', 2, "nothing to look for"),
        ("a\u200b \u200b", 3, "nothing to look for"),
        ("a - b", 2, "directly before"),
        ("a ()", 3, "must follow"),
        ("NOT a", 0, "only excludes"),
        ("a OR -b", 0, "only excludes"),
        ("-(a b)", 0, "only excludes"),
        ("x" * 2_001, 2_000, "2,000 are allowed"),
        ("a " * 201, 400, "more than 200"),
        ("(" * 31 + "a" + ")" * 31, 30, "30 deep"),
        ("NOT " * 400 + "a", 120, "30 deep"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(
    source: str, position: int, says: str
) -> None:
    with pytest.raises(ExpressionError, match=says) as refused:
        parse(source)
    assert refused.value.position == position


def test_limits_are_allowed_to_be_reached() -> None:
    assert isinstance(parse("a " * 200), And)
    assert parse("(" * 30 + "a" + ")" * 30) == word("a")


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("bank", "The BANK.", True),
        ("bank", "bankruptcy", False),
        ("5g", "15G", False),
        ("c++", "learn C++ now", True),
        ("银行", "平安銀行的服務", True),
        ("iphone手机", "买了iPhone手机壳", True),
        ("iphone手机", "myiPhone手机", False),
        ('"ping an bank"', "PING\nAN   bank", True),
        ('"an bank"', "ping an bank", True),
        ('"a b"', "aa b a b", True),
        ("a -b", "a b", False),
        ("NOT NOT a", "a", True),
        ("(a OR b) c", "b c", True),
        ("(a OR b) c", "a b", False),
    ],
)
def test_alphabetic_words_are_found_whole_and_chinese_ones_anywhere(
    source: str, text: str, expected: bool
) -> None:
    assert explain(parse(source), text).holds is expected


def test_an_explanation_names_what_was_found_missing_and_excluding() -> None:
    explanation = explain(parse("(平安银行 OR pingan) 投诉 -招聘 -实习"), "平安銀行招聘")
    assert not explanation.holds
    assert explanation.found == ("平安银行",)
    assert explanation.missing == ("pingan", "投诉")
    assert explanation.excluded_by == ("招聘",)


def test_a_tree_can_be_evaluated_on_terms_alone() -> None:
    tree = parse("a (b OR c)")
    assert holds(tree, {"a", "c"})
    assert not holds(tree, {"b", "c"})
