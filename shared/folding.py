"""What matching, grouping and models see of a text: one spelling for all that reads the same."""

import unicodedata
from collections.abc import Iterator
from importlib.resources import files

# Above this code point lie only rare ideographs, tags and private use: left as they are, so that
# the table stays at one megabyte. Emoji and mathematical letters (𝐁𝐚𝐧𝐤) lie below it.
_TABLE_END = 0x20000
# Default-ignorable characters whose general category is not Cf (Unicode 15, DerivedCoreProperties),
# and what only colours an emoji.
_INVISIBLE = frozenset(
    chr(code)
    for codes in (
        (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),
        range(0x180B, 0x1810),
        range(0xFE00, 0xFE10),
        # Skin tones: 👍🏽 reads as 👍.
        range(0x1F3FB, 0x1F400),
    )
    for code in codes
)
# Parts of Korean syllables, which compose without being marks.
_JAMO = frozenset(
    chr(code)
    for codes in (range(0x1100, 0x1200), range(0xA960, 0xA980), range(0xD7B0, 0xD800))
    for code in codes
)
_LONGEST_RUN_OF_MARKS = 8
_PASSES = 3
_SPACE = ord(" ")
_REPLACEMENT = 0xFFFD


def fold(text: str) -> str:
    """Returns `text` as matching sees it; folding twice changes nothing.

    Compatibility forms are unified (NFKC: full width to half width), case is folded, traditional
    Chinese becomes simplified character by character (輿情 = 舆情), invisible characters and the
    skin tones of emoji vanish, every run of white space or control characters (NUL too) becomes one
    space. Lone surrogates become U+FFFD, so that the result can always be encoded. Offsets are not
    kept (`unfolded` has them).
    """
    if text.isascii():
        return " ".join(text.translate(_TABLE).split())
    return " ".join(_composed(text.translate(_TABLE)).split())


def unfolded(text: str) -> list[tuple[int, int]]:
    """Returns for each character of `fold(text)` where it comes from, as (start, end) in `text`.

    For showing what was found, not for the hot path: 1 µs a character.
    """
    places: list[tuple[int, int]] = []
    start = 0
    spaced = True  # nothing yet, or a space: another one adds nothing
    for end in _cluster_ends(text):
        for character in _composed(text[start:end].translate(_TABLE)):
            space = character.isspace()
            if not (space and spaced):
                places.append((start, end))
            spaced = space
        start = end
    return places[: len(fold(text))]


def is_word_character(character: str) -> bool:
    """Tells whether `character` belongs to a word that is bounded by spaces or punctuation.

    True for letters and digits of alphabetic scripts; false for Chinese, Japanese, Korean and
    Thai, where words are not set apart and a term is looked for anywhere.
    """
    return character < "\u0e00" and (character.isalnum() or character == "_")


def _composed(folded: str) -> str:
    # The table works on single characters; combining sequences need the real algorithm, and what
    # that composes may want folding again.
    for _ in range(_PASSES):
        if unicodedata.is_normalized("NFKC", folded):
            break
        folded = unicodedata.normalize("NFKC", _thin_marks(folded)).translate(_TABLE)
    return folded


def _cluster_ends(text: str) -> Iterator[int]:
    """Where the sequences end that fold by themselves: a character with all that may combine."""
    for index in range(1, len(text)):
        first = text[index].translate(_TABLE)[:1]
        if first and unicodedata.category(first)[0] != "M" and first not in _JAMO:
            yield index
    if text:
        yield len(text)


def _thin_marks(text: str) -> str:
    """Drops combining marks after the eighth in a row.

    Python sorts a run of marks in quadratic time: 100,000 of them would take seven seconds.
    """
    kept = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _LONGEST_RUN_OF_MARKS:
            kept.append(character)
    return "".join(kept)


def _simplified() -> dict[int, int]:
    """Reads OpenCC's traditional -> simplified characters, regional variants included."""
    folder = files("opencc") / "dictionary"

    def first_choices(name: str) -> dict[str, str]:
        lines = (folder / name).read_text("utf-8").splitlines()
        rows = (line.split() for line in lines if line)
        return {key: choice for key, choice, *_ in rows}

    characters = first_choices("TSCharacters.txt")
    for name in ("HKVariantsRev.txt", "TWVariantsRev.txt"):
        for variant, standard in first_choices(name).items():
            if standard in characters:
                characters.setdefault(variant, characters[standard])
    # 薴 -> 苧 -> 苎: a choice may have a choice of its own.
    return {ord(key): ord(characters.get(value, value)) for key, value in characters.items()}


def _fold_character(code: int, simplified: dict[int, int]) -> int | str | None:
    character = chr(code)
    category = unicodedata.category(character)
    if category == "Cs":
        return _REPLACEMENT
    if category == "Cc":
        return _SPACE
    if category == "Cf" or character in _INVISIBLE:
        return None
    folded = unicodedata.normalize("NFKC", character).casefold()
    folded = unicodedata.normalize("NFKC", folded).translate(simplified)
    return ord(folded) if len(folded) == 1 else folded


def _build_table() -> list[int | str | None]:
    simplified = _simplified()
    return [_fold_character(code, simplified) for code in range(_TABLE_END)]


# A list, not a dict: str.translate indexes it at half the cost (2.9 against 6.1 µs for a Weibo
# post), and holding NFKC in the same table saves the 9 µs that full-width punctuation costs.
_TABLE = _build_table()
