"""The word lists are data that people edit: a slip in them is found here, with its line."""

import re
from collections import Counter

import pytest

from services.analysis.engines.lexicon_words import DATA, Part, load_scripts, load_words, read_list

LISTS = ("zh.txt", "zh_negative.txt", "en.txt", "signs.txt")
FIELDS = {
    *(part.name.lower() for part in Part if part is not Part.WORD),
    *("negated", "sentiment", "favor", "against"),
    *("joy", "anger", "sadness", "fear", "surprise", "disgust"),
}


@pytest.mark.parametrize("name", LISTS)
def test_headers_use_known_fields_and_weights_in_range(name: str) -> None:
    for fields in read_list(DATA / name).values():
        assert set(fields) <= FIELDS
        assert all(-3 <= weight <= 3 for weight in fields.values())


@pytest.mark.parametrize("name", LISTS)
def test_no_header_is_mistaken_for_words(name: str) -> None:
    for word in read_list(DATA / name):
        assert not re.search(r"^\[[a-z]+=", word), word


@pytest.mark.parametrize("name", LISTS)
def test_no_word_stands_twice_under_one_header(name: str) -> None:
    sections = re.split(r"^\[[a-z].*\]$", (DATA / name).read_text(encoding="utf-8"), flags=re.M)
    for section in sections[1:]:
        words = [
            w for line in section.splitlines() if not line.startswith("# ") for w in line.split()
        ]
        assert [word for word, times in Counter(words).items() if times > 1] == []


def test_traditional_forms_carry_the_same_as_simplified_ones() -> None:
    words = load_words()
    for simplified, traditional in [
        ("愤怒", "憤怒"),
        ("满意", "滿意"),
        ("[泪]", "[淚]"),
        ("没有", "沒有"),
    ]:
        assert words[traditional] == words[simplified]


def test_the_script_table_maps_single_characters_once() -> None:
    scripts = load_scripts()
    assert all(len(simple) == 1 and forms for simple, forms in scripts.items())
    assert scripts["发"] == "發髮"


def test_english_verbs_enter_with_their_endings() -> None:
    words = load_words()
    assert {"annoy", "annoys", "annoyed", "annoying", "celebrated", "denies", "crashes"} <= set(
        words
    )
