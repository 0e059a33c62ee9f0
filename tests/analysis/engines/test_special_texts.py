"""What posts may be: empty, endless, half a character, in either script, all emoji, quoted.

Every engine that needs no folder is held to it: the built-in ones and those shipped.
"""

from collections.abc import Iterator

import pytest

from services.analysis.engines.base import Engine, Held, Item, RefusedModel, Verdict
from services.analysis.engines.registry import known_models, open_engine
from shared.contracts.labels import LABELS, Task

TARGET = "云州银行"
LONG = "这家银行的客服电话一直打不通，急死人了。" * 5_000
ODD = {
    "empty": "",
    "blanks": " \n\t\u3000 ",
    "100,000 characters": LONG,
    "one character 100,000 times": "哈" * 100_000,
    "half a pair": "\ud83d 服务太差了 \udc00",
    "null characters": "服务\x00太差\x00了",
    "emoji": "😡😡🤬👎🏽👨\u200d👩\u200d👧",
    "hashtags": "#云州银行# #退钱##客服# #AppDown",
    "names": "@小王 @云州银行 @someone",
    "repost chain": "转发微博//@小王:气死我了//@开心每一天: //@云州银行:各位用户…",
    "addresses": "https://example.com/a?b=c http://t.cn/A6 www.example.com",
    "combining": "a\u0301" * 500 + "\u202eنص",
    "two languages": "这个 app 真的 so bad，update 之后 login 不了",
    "full width": "ＡＰＰ太差了！！！１２３",
}


@pytest.fixture(scope="module", params=known_models())
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    try:
        opened = open_engine(request.param, device="cpu")
    except RefusedModel as refused:
        pytest.skip(f"not installed here: {refused}")
    yield opened
    if isinstance(opened, Held):
        opened.close()


def judge(engine: Engine, task: Task, *texts: str, target: str = TARGET) -> list[Verdict]:
    return engine.classify(task, [Item(text, target) for text in texts])


def label(engine: Engine, task: Task, text: str, target: str = TARGET) -> str:
    return judge(engine, task, text, target=target)[0].label


def test_every_odd_text_has_a_whole_verdict_beside_the_others(engine: Engine) -> None:
    for task in engine.tasks:
        for verdict in judge(engine, task, *ODD.values()):
            assert set(verdict.scores) == set(LABELS[task])
            assert sum(verdict.scores.values()) == pytest.approx(1, abs=1e-4)
            assert verdict.confidence == max(verdict.scores.values())
            assert verdict.confidence == verdict.scores[verdict.label]


def test_odd_neighbours_change_no_answer(engine: Engine) -> None:
    text = "服务太差了，气死我了"
    for task in engine.tasks:
        alone = judge(engine, task, text)[0]
        among = judge(engine, task, *ODD.values(), text)[-1]
        assert among.label == alone.label
        assert among.scores == pytest.approx(alone.scores, abs=1e-3)


def test_an_odd_target_is_no_harm(engine: Engine) -> None:
    for target in ("\ud83d", "行" * 50_000, "😡", "#", "//@"):
        verdict = judge(engine, Task.STANCE, "服务太差了", target=target)[0]
        assert set(verdict.scores) == set(LABELS[Task.STANCE])


@pytest.mark.parametrize("text", ["", "   ", "\n\u3000\t"])
def test_where_nothing_is_said_nothing_is_meant_and_it_is_unsure(engine: Engine, text: str) -> None:
    for task in engine.tasks:
        verdict = judge(engine, task, text)[0]
        assert verdict.label == ("none" if task is Task.STANCE else "neutral")
        assert verdict.unsure


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("客服態度太差了，氣死我了", "客服态度太差了，气死我了"),
        ("停電兩個小時，電話一直打不通，令人憤怒", "停电两个小时，电话一直打不通，令人愤怒"),
        ("謝謝師傅，辛苦了，非常滿意！", "谢谢师傅，辛苦了，非常满意！"),
        ("聽說學校食堂有問題，有點擔心", "听说学校食堂有问题，有点担心"),
    ],
)
def test_traditional_script_means_the_same(
    engine: Engine, traditional: str, simplified: str
) -> None:
    for task in engine.tasks:
        one, other = judge(engine, task, traditional, simplified)
        assert one.label == other.label
        assert one.scores == pytest.approx(other.scores, abs=1e-3)


def test_a_target_is_found_in_either_script(engine: Engine) -> None:
    one = judge(engine, Task.STANCE, "我坚决反对云州电网涨价", target="雲州電網")[0]
    other = judge(engine, Task.STANCE, "我坚决反对云州电网涨价", target="云州电网")[0]
    assert one.scores == pytest.approx(other.scores, abs=1e-3)


def test_emoji_alone_say_what_is_felt(engine: Engine) -> None:
    assert label(engine, Task.SENTIMENT, "😡😡😡") == "negative"
    assert label(engine, Task.SENTIMENT, "😍🥰❤️") == "positive"
    assert label(engine, Task.EMOTION, "😡🤬") == "anger"


def test_what_hashtags_say_is_heard(engine: Engine) -> None:
    assert label(engine, Task.SENTIMENT, "#云州银行太差了# #气死我了#") == "negative"


def test_in_a_repost_chain_what_is_quoted_is_heard_where_nothing_is_added(engine: Engine) -> None:
    assert label(engine, Task.SENTIMENT, "转发微博//@小王:气死我了，服务太差了") == "negative"
    assert label(engine, Task.SENTIMENT, "//@小王://@小李:谢谢，非常满意！") == "positive"


def test_what_somebody_is_called_says_nothing(engine: Engine) -> None:
    for task in (Task.SENTIMENT, Task.EMOTION):
        one, other = judge(engine, task, "转发微博//@开心每一天:明天停电", "转发微博//@王:明天停电")
        assert one.scores == pytest.approx(other.scores, abs=1e-3)


def test_a_long_text_is_judged_by_what_it_says(engine: Engine) -> None:
    assert label(engine, Task.SENTIMENT, LONG) == "negative"
    assert label(engine, Task.SENTIMENT, "非常满意，谢谢！" * 10_000) == "positive"
