"""Every text in both languages; every colour a token, and legible."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import gateway.console

CONSOLE = Path(gateway.console.__file__).parent
PO = CONSOLE / "locales" / "zh_CN" / "LC_MESSAGES" / "messages.po"
CSS = CONSOLE / "static" / "css"
JINJA = {"newstyle_gettext": "true", "trimmed": "true", "extensions": "jinja2.ext.do"}
_GAPS = re.compile(r"%\((\w+)\)s")


def messages() -> set[str]:
    """The ids of all messages in templates and code; of two plural forms the first."""
    found = extract_from_dir(
        CONSOLE,
        method_map=[("**.py", "python"), ("**/templates/**.html", "jinja2")],
        options_map={"**/templates/**.html": JINJA},
        keywords={"N_": None, "_": None, "gettext": None, "ngettext": (1, 2)},
    )
    return {message[0] if isinstance(message, tuple) else message for _, _, message, *_ in found}


def chinese() -> dict[str, Message]:
    """The Chinese messages by their English ids."""
    with PO.open("rb") as file:
        catalog = read_po(file, locale="zh_CN")
    return {item.id[0] if isinstance(item.id, tuple) else item.id: item for item in catalog}


def test_every_text_has_its_chinese():
    known = chinese()
    missing = {message for message in messages() if message not in known}
    assert not missing
    assert not [key for key, item in known.items() if key and not _text(item)]


def test_no_translation_is_left_over():
    assert set(chinese()) - messages() <= {""}


def test_the_gaps_of_a_text_are_the_same_in_both_languages():
    for english, item in chinese().items():
        if english:
            assert set(_GAPS.findall(_text(item))) == set(_GAPS.findall(english)), english


def _text(item: Message) -> str:
    return item.string[0] if isinstance(item.string, tuple) else str(item.string)


def tokens(scheme: int) -> Iterator[tuple[str, str]]:
    """The colours of the light (0) or the dark (1) scheme."""
    text = (CSS / "tokens.css").read_text()
    for name, *values in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", text):
        yield name, values[scheme]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


LEGIBLE = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("card", "ground")),
    ("ink-2", "sunken"),
    ("ink-3", "sunken"),
    ("accent", "card"),
    ("accent", "ground"),
    ("accent-deep", "accent-soft"),
    ("on-accent", "accent"),
    *((f"{level}-ink", f"{level}-soft") for level in ("blue", "yellow", "orange", "red")),
    ("positive-ink", "positive-soft"),
    ("negative-ink", "negative-soft"),
    ("negative-ink", "card"),
    ("positive-ink", "card"),
]


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize(("ink", "ground"), LEGIBLE)
def test_words_can_be_read_on_their_ground(ink, ground, scheme):
    colours = dict(tokens(scheme))
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize("level", ["blue", "orange", "red", "accent", "negative", "line-strong"])
def test_marks_stand_out_from_the_card(level, scheme):
    colours = dict(tokens(scheme))
    assert contrast(colours[level], colours["card"]) >= 3


def test_colours_stand_in_the_tokens_alone():
    for sheet in CSS.glob("*.css"):
        if sheet.name != "tokens.css":
            assert not re.search(r"#[0-9a-f]{3,8}\b", sheet.read_text()), sheet.name


def test_vendored_files_name_version_and_licence():
    vendor = CONSOLE / "static" / "vendor"
    readme = (vendor / "README.md").read_text()
    for script in vendor.glob("*.js"):
        assert f"`{script.name}`" in readme
        assert (vendor / f"{script.name.split('-')[0]}-LICENSE.txt").exists()
