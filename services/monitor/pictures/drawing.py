"""Pictures that people send, drawn anew in a process of their own."""

import json
from dataclasses import dataclass

from services.monitor.confinement import ConfinedError, run_confined
from services.monitor.pictures.picture_process import CPU_SECONDS
from services.monitor.places import Places

_PROCESS = "services.monitor.pictures.picture_process"
# It may have to wait for a processor.
_SECONDS = CPU_SECONDS + 12.0
# Each process may take a gigabyte.
_AT_ONCE = 2
_WAITING = 4
# Brands of ISO media files that hold pictures of telephones and cameras.
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


class PictureRefusedError(Exception):
    """A file is no picture that can be kept; the message completes "the picture …", and `code` is
    for those who tell it in another language."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Drawn:
    """A picture without anything but its pixels; `width` and `height` in pixels."""

    media_type: str
    width: int
    height: int
    content: bytes


class Easel:
    """Where pictures are drawn: a few at a time."""

    def __init__(self) -> None:
        self._places = Places(at_once=_AT_ONCE, waiting=_WAITING)

    async def draw_anew(self, sent: bytes) -> Drawn:
        """The pixels of a PNG, JPEG or WebP file as a new file of that form.

        Raises:
            PictureRefusedError: it is none of these, is broken, or has too many pixels.
            Unavailable: too many wait.
        """
        _refuse_other_forms(sent)
        async with self._places.one("Many pictures come in at this moment."):
            return await _draw(sent)


async def _draw(sent: bytes) -> Drawn:
    try:
        said = await run_confined(_PROCESS, document=sent, seconds=_SECONDS)
    except ConfinedError as error:
        raise PictureRefusedError(
            "picture_broken", "cannot be read: take it again, or send it as PNG"
        ) from error
    line, _, content = said.partition(b"\n")
    told = json.loads(line)
    if "refused" in told:
        raise PictureRefusedError("picture_pixels", told["refused"])
    return Drawn(**told, content=content)


def _refuse_other_forms(sent: bytes) -> None:
    """By the first bytes: what a file is called says nothing."""
    if sent[4:8] == b"ftyp" and sent[8:12] in _HEIC:
        raise PictureRefusedError(
            "picture_heic",
            "is a HEIC photograph, which cannot be read here: send a screenshot of it, or a JPEG",
        )
    if not (
        sent.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))
        or sent[:4] + sent[8:12] == b"RIFFWEBP"
    ):
        raise PictureRefusedError("picture_form", "is no PNG, JPEG or WebP file")
