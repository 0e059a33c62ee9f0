"""What people type who come from other tools is read, or refused with how to write it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.console.findings import FINDINGS, MISTAKES
from services.monitor.watches.expression import parse
from services.monitor.watches.lint import Remark, lint
from services.monitor.watches.mistakes import SENTENCES, ExpressionError, Mistake
from services.monitor.watches.nodes import written
from services.monitor.watches.rewriting import rewritten
from services.monitor.watches.strategy import read_strategy
from services.monitor.watches.tokens import TokenKind, tokenize

PIECES = [
    *"()（）[]【】{}|｜+＋&＆-－–—!！~*?？,，、;；:：/／@#“”\"「」'‘’",
    *"\n\t \u3000\u200b\u200d\ufe0f%^$.<>",
    *("AND", "or", "非", "NEAR/3", "then/2", "2 OF", "至少两个", "title:", "标题：", "ＯＲ"),
    *(
        "停电",
        "髮",
        "發",
        "a",
        "C++",
        ".NET",
        "AT&T",
        "iPhone手机",
        "1,000",
        "１２",
        "pay*",
        "e\u0301",
    ),
    *("👍🏽", "👨\u200d👩\u200d👧", "مرحبا", "\u202eabc", "https://a.cn/b?c=1&d=2", "\U0001f1e8"),
]
typed = st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=30)


@settings(max_examples=300)
@given(typed)
def test_whatever_is_typed_is_read_or_refused_in_one_line(source: str) -> None:
    refused: ExpressionError | None = None
    try:
        tokens = tokenize(source)
        tree = parse(source)
    except ExpressionError as error:
        refused = error
    if refused:
        offered = rewritten(source, {})
        assert "\n" not in SENTENCES[refused.mistake]
        assert 0 <= refused.position <= len(source)
        assert offered is None or parse(offered)
        return
    assert tokens[-1].kind is TokenKind.END
    assert not source[tokens[-2].position + len(tokens[-2].text) + 2 :].strip()
    assert lint(read_strategy(source)) is not None
    if "*" not in source:
        assert written(parse(written(tree))) == written(tree)


@pytest.mark.parametrize(
    ("source", "offered"),
    [
        ("停电\n断电\n跳闸\n", "停电 OR 断电 OR 跳闸"),
        ("停电\r\n断电\r\n停電\r\n", "停电 OR 断电"),
        ("Ping An Bank\nICBC", '"Ping An Bank" OR ICBC'),
        ("停电+投诉\n停电 -演习", "停电+投诉 OR (停电 -演习)"),
        ("停电 投诉\n断电", "(停电 投诉) OR 断电"),
        ("停电、断电，跳闸；黑灯", "停电 OR 断电 OR 跳闸 OR 黑灯"),
        ("停电,断电,跳闸,", "停电 OR 断电 OR 跳闸"),
        ("[停电|断电]+{投诉/举报}", "(停电|断电)+(投诉 OR 举报)"),
        ("A+B|C", "A AND B|C"),
        ("停电-演习", "停电 -演习"),
        ("(停电\n断电) -演习", "(停电 OR 断电) -演习"),
        ('停电，"云州，电力"', '停电 OR "云州，电力"'),
        ("停电 AND", None),
        ("NOT 停电", None),
        ("", None),
    ],
)
def test_an_expression_that_cannot_be_read_is_offered_as_it_could_be(
    source: str, offered: str | None
) -> None:
    with pytest.raises(ExpressionError):
        parse(source)
    assert rewritten(source, {}) == offered


def test_a_list_of_five_hundred_names_out_of_a_spreadsheet_becomes_a_watch() -> None:
    names = [f"云州第{number}中学" for number in range(500)]
    offered = rewritten("\r\n".join(names), {})
    assert offered is not None
    words = read_strategy(offered).expression.words.values()
    assert [token.text for token, _ in words] == names


def test_every_mistake_has_its_sentence_and_the_console_a_translated_one() -> None:
    assert set(SENTENCES) == set(Mistake) == set(MISTAKES)
    assert set(FINDINGS) == set(Remark)
