"""What the documents name is there."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from shared.contracts import Room

REPOSITORY = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")
FOLDERS = {room: "gateway" if room is Room.GATEWAY else f"services/{room}" for room in Room}

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_MAKE = re.compile(r"(?:^|`)make ([a-z]+)", re.MULTILINE)
_TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)


def documents() -> Iterator[Path]:
    """All pages of the repository, without what is generated or ignored."""
    yield from REPOSITORY.glob("*.md")
    for folder in ("docs", "gateway", "k8s", "services", "shared"):
        yield from (REPOSITORY / folder).rglob("*.md")


def name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def anchor(heading: str) -> str:
    """The fragment that a heading gets where Markdown is shown."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", sorted(documents()), ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text("utf-8")):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, fragment = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if fragment:
            headings = _HEADING.findall(target.read_text("utf-8"))
            assert fragment in map(anchor, headings), link


@pytest.mark.parametrize("room", Room)
def test_every_room_has_a_page_and_stands_on_the_map(room: Room) -> None:
    assert (REPOSITORY / FOLDERS[room] / "README.md").exists()
    for readme in READMES:
        text = (REPOSITORY / readme).read_text("utf-8")
        assert f"| `{FOLDERS[room]}/` |" in text
        assert f"({FOLDERS[room]}/README.md)" in text


@pytest.mark.parametrize("page", [*READMES, "CONTRIBUTING.md", "docs/operations.md"])
def test_every_make_target_that_is_named_exists(page: str) -> None:
    targets = set(_TARGET.findall((REPOSITORY / "Makefile").read_text()))
    assert targets >= set(_MAKE.findall((REPOSITORY / page).read_text("utf-8")))


def test_the_two_readmes_give_the_same_commands() -> None:
    english, chinese = ((REPOSITORY / readme).read_text("utf-8") for readme in READMES)
    assert set(_MAKE.findall(english)) == set(_MAKE.findall(chinese))
    assert set(_LINK.findall(english)) - {READMES[1]} == set(_LINK.findall(chinese)) - {READMES[0]}


def test_every_decision_is_in_the_index() -> None:
    folder = REPOSITORY / "docs" / "adr"
    index = (folder / "README.md").read_text("utf-8")
    pages = {page.name for page in folder.glob("[0-9]*.md")}
    assert pages
    assert pages == set(re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", index))
