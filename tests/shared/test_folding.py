"""Whatever reads the same is spelt the same before it is matched."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.folding import fold, is_word_character, unfolded


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("輿情監測", "舆情监测"),
        ("為裏衞枱", "为里卫台"),
        ("ＡＢＣ１２３，（）", "abc123,()"),
        ("Bank of CHINA", "bank of china"),
        ("Straße", "strasse"),
        ("𝐁𝐚𝐧𝐤", "bank"),
        ("ﾊﾞﾝｸ", "バンク"),
        ("e\u0301t\u00e9", "été"),
        ("舆\u200b情\ufeff", "舆情"),
        ("平安\u3000银行\n\t投诉 ", "平安 银行 投诉"),
        ("a\x00b", "a b"),
        ("a\ud800b", "a\ufffdb"),
        ("❤\ufe0f", "❤"),
        ("👍🏽", "👍"),
        ("👩🏻‍🚒", "👩🚒"),
        ("", ""),
        (" \u200b ", ""),
    ],
)
def test_what_reads_the_same_folds_the_same(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_folds_to_something_that_is_stable_clean_and_can_be_stored(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert folded.encode().decode() == folded
    assert "\x00" not in folded
    assert folded == " ".join(folded.split())


@given(
    st.text(st.characters(exclude_categories=[]))
    | st.text(st.sampled_from("ab Ａ輿\u200b\u0301ﾞﷺ가ᄀ\u1161\u11a8👍🏽\u00a8 \n\u0345ßİ"))
)
def test_each_folded_character_knows_where_it_comes_from(text: str) -> None:
    folded, places = fold(text), unfolded(text)
    assert len(places) == len(folded)
    assert places == sorted(places)
    # A range of places, cut out of what was written, folds to what stands between them.
    for character, (start, end) in zip(folded, places, strict=True):
        assert character in fold(text[start:end]) or character == " "


def test_what_was_found_can_be_shown_as_it_was_written() -> None:
    text = "今天ＰｉｎｇＡｎ的  輿\u200b情 é👍🏽"
    places = unfolded(text)
    start = fold(text).index("舆情")
    assert text[places[start][0] : places[start + 1][1]] == "輿\u200b情"
    assert text[slice(*places[-1])] == "👍🏽"


@given(st.text(st.sampled_from("aé\u0301\u0345\u0315\u05aeᾳİßǅ가ᄀ\u1161ﾞ")))
def test_combining_sequences_fold_to_a_stable_form(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert unicodedata.is_normalized("NFKC", folded)


@pytest.mark.parametrize(
    "pattern", ["\u0315\u0300\u05ae", "a\u0301", "輿", "\ud800", "\u200b", "ﷺ"]
)
def test_a_hundred_thousand_hostile_characters_cost_a_moment(pattern: str) -> None:
    text = pattern * (100_000 // len(pattern))
    started = time.process_time()
    fold(text)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("character", "aZ9_éжαß")
def test_letters_of_alphabets_are_word_characters(character: str) -> None:
    assert is_word_character(character)


@pytest.mark.parametrize("character", "舆の가ไ,-。 @#😡")
def test_ideographs_and_signs_are_not(character: str) -> None:
    assert not is_word_character(character)
