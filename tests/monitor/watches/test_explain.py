"""An explanation names every clause, and shows it in the text as it was written."""

from hypothesis import given
from hypothesis import strategies as st

from services.monitor.watches.content import Fields
from services.monitor.watches.explain import Clause, Span, Writing, explain, highlights
from services.monitor.watches.expression import holds, parse
from services.monitor.watches.strategy import Filters, read_strategy
from shared.folding import fold


def explained(expression: str, text: str, title: str = "") -> Clause:
    return explain(parse(expression), Writing(text, Fields(title=title)))


def test_each_clause_says_whether_it_holds_and_where() -> None:
    text = "雲州電力：ＰＡＹＩＮＧ又停\u200b電了"
    clause = explained("云州电力 (停电 OR 断电) pay* -招聘", text)
    assert clause.holds
    name, outage, pay, jobs = clause.operands
    assert [text[span.start : span.end] for span in name.spans] == ["雲州電力"]
    assert [(each.says, each.holds) for each in outage.operands] == [
        ("停电", True),
        ("断电", False),
    ]
    assert text[slice(outage.operands[0].spans[0].start, outage.operands[0].spans[0].end)] == (
        "停\u200b電"
    )
    assert [text[span.start : span.end] for span in pay.spans] == ["ＰＡＹＩＮＧ"]
    assert (jobs.kind, jobs.holds, jobs.operands[0].holds) == ("not", True, False)


def test_title_and_text_are_told_apart() -> None:
    clause = explained('停电 (title:城东) "power cut"', "Cut in the east", "城东停电，power")
    assert clause.operands[0].spans == (Span("title", 2, 4),)
    assert clause.operands[1].spans == (Span("title", 0, 2),)
    assert clause.operands[2].spans == (Span("text", 0, 3), Span("title", 5, 10))


def test_a_nearness_shows_the_two_places_that_are_near() -> None:
    clause = explained("停电 NEAR/2 投诉", "停电。天气很好，今天停电要投诉")
    assert clause.spans == (Span("text", 10, 12), Span("text", 13, 15))


def test_highlights_leave_out_what_is_excluded_and_join_what_overlaps() -> None:
    node = parse("(停电 OR 电力 OR 停电力) -招聘")
    assert highlights(node, Writing("停电力，招聘")) == [Span("text", 0, 3)]


def test_exclusions_and_filters_are_clauses_too() -> None:
    strategy = read_strategy("停电", ["演习", "author:云州日报"], Filters(platforms=["weibo"]))
    writing = Writing("停电演习", Fields(platform="news", author="某某"))
    clause = explain(strategy.node, writing)
    assert [(each.says, each.holds) for each in clause.operands] == [
        ("停电", True),
        ("NOT (演习 OR author:云州日报)", False),
        ("platform:weibo", False),
    ]


@given(
    st.text(st.sampled_from("ab停电輿 ,Ａ\u200bﷺe\u0301"), max_size=30),
    st.text(st.sampled_from("ab停电輿 ,Ａ\u200bﷺe\u0301"), max_size=12),
)
def test_every_highlight_lies_in_what_was_written_and_reads_like_its_word(
    text: str, title: str
) -> None:
    node = parse("停电 OR 舆 OR a OR ab OR é")
    writing = Writing(text, Fields(title=title))
    parts = {"text": text, "title": title}
    found = highlights(node, writing)
    for span in found:
        shown = fold(parts[span.part][span.start : span.end])
        assert shown
        assert span.end <= len(parts[span.part])
    assert bool(found) is holds(node, writing.content.shows)
