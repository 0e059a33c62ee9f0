"""What is probably not meant is told, with its place, and what is fine is left alone."""

import pytest

from services.monitor.watches.lint import SENTENCES, Remark, lint
from services.monitor.watches.strategy import Filters, read_strategy


def remarks(
    expression: str, *exclusions: str, filters: Filters | None = None
) -> list[tuple[str, str, int]]:
    strategy = read_strategy(expression, exclusions, filters or Filters())
    return [(each.remark.value, each.pointer, each.position) for each in lint(strategy)]


@pytest.mark.parametrize(
    ("expression", "remark", "position"),
    [
        ("停电 OR 断电 OR 停电", "duplicate", 0),
        ("停电 停電", "duplicate", 0),
        ("停电 OR 大停电", "contained", 6),
        ('bank OR "ping an bank"', "contained", 8),
        ("(停电 OR 大停电) NEAR/3 投诉", "contained", 7),
        ("pay* OR payment*", "contained", 8),
        ("电", "common_character", 0),
        ("云州 OR a", "common_character", 6),
        ("pa* 停电", "short_prefix", 0),
        ("停电 OR 断电 云州", "mixed", 3),
        ("停?电", "asterisk", 0),
        ("a near bank", "mistyped", 2),
        ("停电 ADN 投诉", "mistyped", 3),
        ("titel:停电", "mistyped", 0),
        ("大规模停电与投诉", "glued", 0),
        ("(而且 OR 停电) 投诉", "connective", 1),
        ("停电*", "asterisk", 0),
        ("@云州电力 停电", "unknown_alias", 0),
        ("微博:停电", "unknown_field", 0),
        ("大停电 -停电", "never", 0),
        ("(大停电 OR 断电) -停电", "never_counts", 1),
        ("停电 platform:weibo platform:news", "never", 0),
    ],
)
def test_what_is_probably_not_meant_is_told(expression: str, remark: str, position: int) -> None:
    assert (remark, "/expression", position) in remarks(expression)


@pytest.mark.parametrize(
    "expression",
    [
        '(云州电力 OR "Yunzhou Power") AND (停电 OR 爆炸) NOT 招聘',
        "bank OR bankrupt",
        "停电 OR 断电 -招聘",
        "市民参与投诉",
        "[怒] 停电",
        "《云州日报》 停电",
        "http://example.com OR 停电",
        "2 OF (停电, 断电, 跳闸)",
        "停电 NEAR/5 投诉",
        "title:停电 OR author:停电",
        "3:0 比分",
    ],
)
def test_what_is_meant_is_left_alone(expression: str) -> None:
    assert remarks(expression) == []


def test_exclusions_are_looked_at_too() -> None:
    assert ("contained", "/exclusions/0", 6) in remarks("停电", "演习 OR 停电演习")
    assert ("never", "/expression", 0) in remarks("停电 OR 停电了", "停电")


def test_every_remark_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Remark) - {Remark.UNREADABLE}
    told = lint(read_strategy("(大停电 OR 断电) -停电"))
    assert told[0].says == "“大停电” can never count: “停电” excludes every post that has it."
