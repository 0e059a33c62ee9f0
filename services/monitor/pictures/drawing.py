"""Pictures that people send, drawn anew in a process of their own."""

import json
from dataclasses import dataclass

from services.monitor.confinement import ConfinedError, run_confined
from services.monitor.pictures.picture_process import CPU_SECONDS

_PROCESS = "services.monitor.pictures.picture_process"
_SECONDS = CPU_SECONDS + 5.0


class PictureRefusedError(Exception):
    """A file is no picture that can be kept; the message completes "the picture …"."""


@dataclass(frozen=True)
class Drawn:
    """A picture without anything but its pixels; `width` and `height` in pixels."""

    media_type: str
    width: int
    height: int
    content: bytes


async def draw_anew(sent: bytes) -> Drawn:
    """The pixels of a PNG, JPEG or WebP file as a new file of that form.

    Raises:
        PictureRefusedError: it is none of these, is broken, or has too many pixels.
    """
    if not _begins_as_picture(sent):
        raise PictureRefusedError("is no PNG, JPEG or WebP file")
    try:
        said = await run_confined(_PROCESS, document=sent, seconds=_SECONDS)
    except ConfinedError as error:
        raise PictureRefusedError("cannot be read: take it again, or send it as PNG") from error
    line, _, content = said.partition(b"\n")
    told = json.loads(line)
    if "refused" in told:
        raise PictureRefusedError(told["refused"])
    return Drawn(**told, content=content)


def _begins_as_picture(sent: bytes) -> bool:
    """By the first bytes: what a file is called says nothing."""
    return (
        sent.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))
        or sent[:4] + sent[8:12] == b"RIFFWEBP"
    )
