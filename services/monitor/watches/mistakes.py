"""What is wrong with an expression: a code, a place, and a sentence that says how to write it."""

from collections.abc import Mapping
from enum import StrEnum


class Mistake(StrEnum):
    """Why an expression is refused; the values are codes of the API."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_MANY_WORDS = "too_many_words"
    TOO_MANY_SPELLINGS = "too_many_spellings"
    TOO_DEEP = "too_deep"
    ONLY_EXCLUDES = "only_excludes"
    OPEN_QUOTATION = "open_quotation"
    OPEN_BRACKET = "open_bracket"
    STRAY_BRACKET = "stray_bracket"
    CANNOT_BEGIN = "cannot_begin"
    MUST_FOLLOW = "must_follow"
    UNFINISHED = "unfinished"
    NOTHING_TO_FIND = "nothing_to_find"
    ONLY_SIGNS = "only_signs"
    DASH = "dash"
    DASH_INSIDE = "dash_inside"
    PLUS_INSIDE = "plus_inside"
    SEPARATOR = "separator"
    NEW_LINE = "new_line"
    OTHER_BRACKETS = "other_brackets"
    HOW_NEAR = "how_near"
    TOO_FAR = "too_far"
    NEAR_CHAIN = "near_chain"
    NEAR_GROUP = "near_group"
    NEAR_FIELDS = "near_fields"
    NEAR_CODE = "near_code"
    FIELD_IN_FIELD = "field_in_field"
    COUNT = "count"


# Sentences with places for the values of a mistake.
SENTENCES: Mapping[Mistake, str] = {
    Mistake.EMPTY: "the expression is empty",
    Mistake.TOO_LONG: "the expression has {count} characters; {limit} are allowed",
    Mistake.TOO_MANY_WORDS: "more than {limit} words and phrases",
    Mistake.TOO_MANY_SPELLINGS: "more than {limit} words with all spellings of the aliases",
    Mistake.TOO_DEEP: "nested more than {limit} deep",
    Mistake.ONLY_EXCLUDES: "the expression only excludes: it would match every post without these"
    " words; add a word that must be there",
    Mistake.OPEN_QUOTATION: "this quotation is not closed",
    Mistake.OPEN_BRACKET: "this parenthesis is not closed",
    Mistake.STRAY_BRACKET: "this parenthesis closes nothing",
    Mistake.CANNOT_BEGIN: "the expression cannot begin with “{found}”",
    Mistake.MUST_FOLLOW: "a word, phrase or group must follow “{before}”, not “{found}”",
    Mistake.UNFINISHED: "a word, phrase or group must follow “{before}”, not the end",
    Mistake.NOTHING_TO_FIND: "there is nothing to look for in this phrase",
    Mistake.ONLY_SIGNS: "“{term}” is no word; put it in quotes to look for it as it is",
    Mistake.DASH: "“-” must stand directly before the word that it excludes",
    Mistake.DASH_INSIDE: "write “{left} -{right}” to exclude, or put it in quotes",
    Mistake.PLUS_INSIDE: "write “{left} AND {right}” for both, or put it in quotes",
    Mistake.SEPARATOR: "write “{left} OR {right}” for one of them, “{left} AND {right}” for both,"
    " or put it in quotes",
    Mistake.NEW_LINE: "a new line joins nothing: write OR or AND before “{term}”",
    Mistake.OTHER_BRACKETS: "only ( ) group words; put “{term}” in quotes to look for its bracket",
    Mistake.HOW_NEAR: "say how near, with spaces around: a NEAR/5 b",
    Mistake.TOO_FAR: "the distance is at most {limit}",
    Mistake.NEAR_CHAIN: "nearness joins two words or groups: write (a NEAR/5 b) AND (b NEAR/5 c)",
    Mistake.NEAR_GROUP: "beside “{term}” stands a word, a phrase, or a group of them joined by OR",
    Mistake.NEAR_FIELDS: "both sides of “{term}” must be looked for in the same place: write"
    " title:(a NEAR/5 b)",
    Mistake.NEAR_CODE: "there is no nearness in a code",
    Mistake.FIELD_IN_FIELD: "a field cannot stand inside another",
    Mistake.COUNT: "“{term}” asks for {count} of {limit}; separate the choices by commas:"
    " 2 OF (a, b, c)",
}


class ExpressionError(ValueError):
    """What is wrong with an expression, and where: `position` counts characters from 0.

    `values` stand in the sentence of the mistake.
    """

    def __init__(self, mistake: Mistake, position: int, **values: str) -> None:
        self.mistake = mistake
        self.position = position
        self.values = values
        self.message = SENTENCES[mistake].format(**values)
        super().__init__(f"{self.message} (at character {position + 1})")
