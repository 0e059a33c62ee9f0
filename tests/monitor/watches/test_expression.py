"""The query language: what it means, what it refuses, and what it explains."""

from typing import Any

import pytest

from services.monitor.watches.content import Content, Fields
from services.monitor.watches.expression import holds, parse
from services.monitor.watches.mistakes import ExpressionError
from services.monitor.watches.nodes import And, AtLeast, Field, Near, Node, Not, Or, Term, written
from shared.folding import fold


def word(text: str) -> Term:
    return Term(text)


def nots(*texts: str) -> tuple[Node, ...]:
    return tuple(Not(word(text)) for text in texts)


BRANDS = ("c++", "at&t", ".net", "#停电#", "iphone手机")


def matches(expression: str, text: str, **fields: Any) -> bool:
    title = fields.get("title")
    content = Content(fold(f"{title} {text}" if title else text), Fields(**fields))
    return holds(parse(expression), content.shows)


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
        ("停电 或 断电 非 演习", Or((word("停电"), And((word("断电"), Not(word("演习"))))))),
        ("a与b", word("a与b")),
        ("a 与 b", And((word("a"), word("b")))),
        ("「平安　銀行」", word("平安 银行")),
        ("a NEAR/5 b", Near((word("a"),), (word("b"),), 5)),
        ("停电 邻近／５ 投诉", Near((word("停电"),), (word("投诉"),), 5)),
        ("a THEN/0 (b OR c)", Near((word("a"),), (word("b"), word("c")), 0, ordered=True)),
        ("a 先后/3 b", Near((word("a"),), (word("b"),), 3, ordered=True)),
        ("x -a NEAR/2 b", And((word("x"), Not(Near((word("a"),), (word("b"),), 2))))),
        ("停电+投诉|举报", Or((And((word("停电"), word("投诉"))), word("举报")))),
        (
            "（停电｜断电）＋（投诉｜举报）－（演习）",
            And(
                (
                    Or((word("停电"), word("断电"))),
                    Or((word("投诉"), word("举报"))),
                    Not(word("演习")),
                )
            ),
        ),
        ("停电-(演习|招聘)", And((word("停电"), Not(Or((word("演习"), word("招聘"))))))),
        ("+停电 +投诉 –演习 !招聘", And((word("停电"), word("投诉"), *nots("演习", "招聘")))),
        ("停电 || 断电 && 投诉", Or((word("停电"), And((word("断电"), word("投诉")))))),
        ("停电 ＡＮＤ 投诉", And((word("停电"), word("投诉")))),
        ("停电 與 投訴", And((word("停电"), word("投诉")))),
        ("停电 或者 断电 不含 演习", Or((word("停电"), And((word("断电"), *nots("演习")))))),
        ("至少两个（停电、断电、跳闸）", AtLeast(2, tuple(map(word, ("停电", "断电", "跳闸"))))),
        ("at least 2 (a, b)", AtLeast(2, (word("a"), word("b")))),
        ("a NEAR/5f b", Near((word("a"),), (word("b"),), 5, ordered=True)),
        ("a w/5 b", Near((word("a"),), (word("b"),), 5)),
        ("(停电\nOR 断电)\n-演习", And((Or((word("停电"), word("断电"))), *nots("演习")))),
        ("停电 OR\n断电", Or((word("停电"), word("断电")))),
        ("‘停电 了’ OR 'don't'", Or((word("停电 了"), word("'don't'")))),
        ("c++|AT&T|.NET|#停电#|iPhone手机", Or(tuple(map(word, BRANDS)))),
        ("標題：停電", Term("停电", Field.TITLE)),
        ("site:weibo.com", Term("weibo.com", Field.SOURCE)),
        ("\ufeff停\u200b电 \u200bAND\u200b 投诉", And((word("停电"), word("投诉")))),
        ("near miss", And((word("near"), word("miss")))),
        ("2 OF (a, b，c)", AtLeast(2, (word("a"), word("b"), word("c")))),
        (
            "至少２（停电、断电；a b）",
            AtLeast(2, (word("停电"), word("断电"), And((word("a"), word("b"))))),
        ),
        ("2 of three", And((word("2"), word("of"), word("three")))),
        ("1,000", word("1,000")),
        ("2 OF ((1,000 | b), c)", AtLeast(2, (Or((word("1,000"), word("b"))), word("c")))),
        ("title:停电", Term("停电", Field.TITLE)),
        ("标题：(停电 OR 断电)", Or((Term("停电", Field.TITLE), Term("断电", Field.TITLE)))),
        ("a -author:“The Daily”", And((word("a"), Not(Term("the daily", Field.AUTHOR))))),
        (
            "language:zh_CN platform:Weibo",
            And((Term("zh-cn", Field.LANGUAGE), Term("weibo", Field.PLATFORM))),
        ),
        ("title:(a NEAR/2 b)", Near((Term("a", Field.TITLE),), (Term("b", Field.TITLE),), 2)),
        ("subtitle:a", word("subtitle:a")),
        ("http://a.cn", word("http://a.cn")),
        ("pay*", Term("pay", prefix=True)),
        ('"pay*"', word("pay*")),
        ("停电*", word("停电*")),
        ("f***", word("f***")),
        ("@somebody", word("@somebody")),
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
        ('a "\u200b"', 2, "nothing to look for"),
        ("\u200b", 0, "empty"),
        ("a - b", 2, "directly before"),
        ("停电-演习", 2, "write “停电 -演习” to exclude"),
        ("A+B|C", 1, "write “A AND B” for both"),
        ("停电、断电、跳闸", 2, "write “停电 OR 断电” for one of them"),
        ("停电，断电", 2, "write “停电 OR 断电”"),
        ("bank, loan", 4, "write “bank OR b"),
        ("停电/断电", 2, "write “停电 OR 断电”"),
        ("停电\n断电", 3, "OR or AND before “断电”"),
        ("[停电 OR 断电]", 0, "only . . group words"),
        ("a NEAR b", 2, "say how near"),
        ("a NEAR/3b", 2, "say how near"),
        ('"a b"~5', 5, "say how near"),
        ("停电 ~ 投诉", 3, "no word"),
        ("停电 ？", 3, "no word"),
        ("a ()", 3, "must follow"),
        ("NOT a", 0, "only excludes"),
        ("a OR -b", 0, "only excludes"),
        ("-(a b)", 0, "only excludes"),
        ("x" * 10_001, 10_000, "10,000 are allowed"),
        ("a " * 1_001, 2_000, "more than 1,000"),
        ("(" * 31 + "a" + ")" * 31, 30, "30 deep"),
        ("NOT " * 400 + "a", 120, "30 deep"),
        ("a NEAR/5", 8, "must follow"),
        ("a NEAR/5 b NEAR/5 c", 11, "joins two"),
        ("a NEAR/500 b", 2, "at most 100"),
        ("a NEAR/5 (b c)", 2, "joined by OR"),
        ("title:a NEAR/5 b", 8, "same place"),
        ("platform:(a NEAR/5 b)", 12, "code"),
        ("title:(a author:b)", 9, "inside another"),
        ("title:", 6, "must follow"),
        ("4 OF (a, b, c)", 0, "asks for 4 of 3"),
        ("0 OF (a, b)", 0, "asks for 0 of 2"),
        ("2 OF (a, b", 5, "not closed"),
        ("2 OF (a, -b, -c)", 0, "only excludes"),
        ("NOT platform:weibo", 0, "only excludes"),
        ("「a", 0, "not closed"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(
    source: str, position: int, says: str
) -> None:
    with pytest.raises(ExpressionError, match=says) as refused:
        parse(source)
    assert refused.value.position == position


def test_limits_are_allowed_to_be_reached() -> None:
    assert isinstance(parse("a " * 1_000), And)
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
    assert matches(source, text) is expected


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("停电 NEAR/3 投诉", "停电后我投诉", True),
        ("停电 NEAR/2 投诉", "停电后我也投诉", False),
        ("停电 NEAR/2 投诉", "投诉！！（停电）", True),
        ("停电 THEN/9 投诉", "投诉停电", False),
        ("停电 THEN/9 投诉", "投诉停电投诉", True),
        ("power NEAR/1 out", "the power is out", True),
        ("power NEAR/1 out", "the power was long out", False),
        ("power NEAR/0 out", "power-out", True),
        ("(停电 OR blackout) NEAR/2 (投诉 OR 赔偿)", "blackout 要求赔偿", True),
        ("云州 NEAR/5 云州电力", "云州电力", False),
        ("云州 NEAR/5 云州电力", "云州电力，云州", True),
        ("pay* NEAR/1 late", "paying too late", True),
        ("2 OF (停电, 断电, 跳闸)", "停电又跳闸", True),
        ("2 OF (停电, 断电, 跳闸)", "停电停电", False),
        ("pay*", "he was paying", True),
        ("pay*", "repay", False),
        ("👍", "👍🏾", True),
        ("輿情", "舆情", True),
        ("舆情", "輿情", True),
    ],
)
def test_nearness_counts_words_and_characters_between(
    source: str, text: str, expected: bool
) -> None:
    assert matches(source, text) is expected


@pytest.mark.parametrize(
    ("source", "fields", "expected"),
    [
        ("title:停电", {"title": "城东停電"}, True),
        ("title:正文", {"title": "城东停電"}, False),
        ("author:日报", {"author": "云州日报"}, True),
        ("author:daily", {"author": "Yunzhou Daily"}, True),
        ("platform:news", {"platform": "hacker-news"}, False),
        ("language:zh", {"language": "zh-CN"}, True),
        ("language:zh", {"language": ""}, True),  # told by its script
        ("language:en", {"language": ""}, False),
        ("source:example.com", {"source": "云州新闻\nnews.example.com"}, True),
        ("正文 -region:云州", {"region": "云州城东"}, False),
    ],
)
def test_fields_are_looked_at_by_themselves(
    source: str, fields: dict[str, str], expected: bool
) -> None:
    assert matches(source, "正文", **fields) is expected


def test_an_alias_stands_for_all_its_spellings() -> None:
    aliases = {"云州电力": ["云电", "Yunzhou Power"]}
    tree = parse("@雲州電力 停电", aliases)
    names = (word("云州电力"), word("云电"), word("yunzhou power"))
    assert tree == And((Or(names), word("停电")))
    assert parse("@云州电力 NEAR/3 停电", aliases) == Near(names, (word("停电"),), 3)
    assert parse('"@云州电力"', aliases) == word("@云州电力")


def test_more_spellings_than_a_watch_may_have_are_refused() -> None:
    aliases = {"a": [f"a{number}" for number in range(50)], "b": [f"b{n}" for n in range(951)]}
    with pytest.raises(ExpressionError, match="1,000"):
        parse("@a @b", aliases)


@pytest.mark.parametrize(
    "source",
    [
        "(a OR b) AND NOT (c OR d)",
        "2 OF (a, b OR c, d)",
        "(a OR b) NEAR/5 c",
        "title:(a THEN/2 b)",
        'pay* AND "a b" AND author:x',
        '"or" OR "1,000"',
    ],
)
def test_a_tree_can_be_written_as_an_expression_again(source: str) -> None:
    assert written(parse(source)) == source
