"""The lexicon reads plain statements as a person would, in Chinese (both scripts) and English."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.engines.base import Item, MissingTarget
from services.analysis.engines.lexicon import LexiconEngine
from shared.contracts.labels import LABELS, Task

engine = LexiconEngine()


def label(task: Task, text: str, target: str | None = None) -> str:
    return engine.classify(task, [Item(text, target)])[0].label


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("客服很耐心，问题当天就解决了，非常满意", "positive"),
        ("又停电了，打了三次电话都没人管，太差劲了", "negative"),
        ("说好退款一个月了还没到账，骗子公司！", "negative"),
        ("本周六上午九点在二号会议室召开例会", "neutral"),
        ("這家銀行的服務態度太差，讓人失望", "negative"),
        ("工作人員很熱情，謝謝你們", "positive"),
        ("The staff were friendly and helpful, great service", "positive"),
        ("Worst app ever, keeps crashing and nobody answers", "negative"),
        ("The meeting starts at nine on Saturday", "neutral"),
        ("[怒][怒] 又是这样", "negative"),
        ("今天的表演👍🎉", "positive"),
    ],
)
def test_sentiment_of_plain_statements(text: str, expected: str) -> None:
    assert label(Task.SENTIMENT, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("收到录取通知书，太开心了，哈哈哈", "joy"),
        ("气死我了，凭什么扣我的钱！", "anger"),
        ("爷爷昨天去世了，心里好难过", "sadness"),
        ("半夜楼道里有人敲门，好害怕", "fear"),
        ("天哪，居然是真的？没想到！", "surprise"),
        ("菜里吃出苍蝇，太恶心了", "disgust"),
        ("會議改到下午三點", "neutral"),
        ("I am so happy for you", "joy"),
        ("I'm furious, this is outrageous", "anger"),
        ("I can't stop crying, my heart is broken", "sadness"),
        ("Terrified of the storm tonight", "fear"),
        ("Wow, I can’t believe it", "surprise"),
        ("That kitchen is disgusting and filthy", "disgust"),
    ],
)
def test_emotion_of_plain_statements(text: str, expected: str) -> None:
    assert label(Task.EMOTION, text) == expected


@pytest.mark.parametrize(
    ("plain", "turned"),
    [
        ("这个产品我很满意", "这个产品我不是很满意"),
        ("推荐购买", "不推荐购买"),
        ("This is a good idea", "This is not a good idea"),
        ("I would recommend it", "I wouldn't recommend it"),
    ],
)
def test_a_negation_turns_praise(plain: str, turned: str) -> None:
    assert label(Task.SENTIMENT, plain) == "positive"
    assert label(Task.SENTIMENT, turned) == "negative"


def test_a_negation_ends_with_its_clause() -> None:
    assert label(Task.SENTIMENT, "我不知道，满意就好") == "positive"


def test_degree_and_contrast_move_the_scores() -> None:
    def negative(text: str) -> float:
        return engine.classify(Task.SENTIMENT, [Item(text)])[0].scores["negative"]

    assert negative("非常糟糕") > negative("糟糕") > negative("有点糟糕")
    assert negative("服务好，但是质量差") > negative("质量差，但是服务好")


@pytest.mark.parametrize("text", ["出差三天", "价值观", "贵州风光", "爱国路二号", "the bookshelf"])
def test_a_character_inside_a_harmless_word_does_not_speak(text: str) -> None:
    assert label(Task.SENTIMENT, text) == "neutral"


def test_latin_words_count_only_whole() -> None:
    assert label(Task.SENTIMENT, "Scunthorpe, Badminton, glovebox") == "neutral"


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("坚决支持新校区搬迁，早就该搬了", "新校区搬迁", "favor"),
        ("强烈反对新校区搬迁！必须给个说法", "新校区搬迁", "against"),
        ("強烈反對輿情監測", "舆情监测", "against"),
        ("I fully support the new tram line", "tram line", "favor"),
        ("The new tram line is a waste of money, stop it", "Tram Line", "against"),
    ],
)
def test_stance_toward_a_mentioned_target(text: str, target: str, expected: str) -> None:
    assert label(Task.STANCE, text, target) == expected


def test_the_sentence_that_names_the_target_outweighs_the_others() -> None:
    text = "今天天气真好，心情不错。新收费标准太离谱了，坚决反对！晚饭很好吃。"
    assert label(Task.STANCE, text, "新收费标准") == "against"


def test_a_target_that_is_not_mentioned_gives_none_and_unsure() -> None:
    verdict = engine.classify(Task.STANCE, [Item("今天天气真好，太开心了", "供电公司")])[0]
    assert (verdict.label, verdict.unsure) == ("none", True)


def test_a_stance_without_a_target_is_refused() -> None:
    with pytest.raises(MissingTarget, match='item 1 has no "target"'):
        engine.classify(Task.STANCE, [Item("好", "银行"), Item("好", "  ")])


@given(st.text(st.characters(), max_size=300), st.text(min_size=1, max_size=20))
def test_any_text_gets_probabilities(text: str, target: str) -> None:
    """Also lone surrogates and NUL."""
    for task in Task:
        verdict = engine.classify(task, [Item(text, f"x{target}")])[0]
        assert set(verdict.scores) == set(LABELS[task])
        assert sum(verdict.scores.values()) == pytest.approx(1)
        assert all(0 <= score <= 1 for score in verdict.scores.values())
        assert verdict.confidence == verdict.scores[verdict.label] == max(verdict.scores.values())


@given(st.lists(st.text(max_size=60), max_size=5))
def test_one_reading_says_the_same_as_two(texts: list[str]) -> None:
    items = [Item(text) for text in texts]
    sentiment, emotion = engine.classify_together((Task.SENTIMENT, Task.EMOTION), items)
    assert sentiment == engine.classify(Task.SENTIMENT, items)
    assert emotion == engine.classify(Task.EMOTION, items)


def test_its_revision_is_stable() -> None:
    assert LexiconEngine().revision == LexiconEngine().revision
    assert len(engine.revision) == 12


@pytest.mark.parametrize("text", ["不" * 500_000, "good " * 200_000, "[" * 500_000, "😡" * 300_000])
def test_a_hostile_text_takes_no_longer_than_a_long_one(text: str) -> None:
    # The processor's time, which no neighbour can take: what grows with the square takes minutes.
    started = process_time()
    engine.classify_together((Task.SENTIMENT, Task.EMOTION), [Item(text)])
    assert process_time() - started < 5
