"""The process in which a picture is drawn anew:
`python -m services.monitor.pictures.picture_process`.

The file comes in on standard input; a line of JSON and the new file go out on standard output.
Pixels alone pass: no place, no time, no name of the telephone, no thumbnail, nothing that hides
behind the end of the picture.
"""

import io
import json
import sys

from PIL import Image, ImageOps

from services.monitor.confinement import confine

CPU_SECONDS = 10
_MEMORY = 1024 * 1024 * 1024
# The largest telephone screens have 5 million pixels, stitched screenshots of a thread some 20.
_MOST_PIXELS = 30_000_000
# Longer edges are drawn smaller: what people read on a screen stays legible.
_LONGEST_EDGE = 8_000
_FORMS = {
    "PNG": ("image/png", {}),
    "JPEG": ("image/jpeg", {"quality": 90}),
    "WEBP": ("image/webp", {"quality": 90}),
}


def main() -> None:
    """Draw anew."""
    confine(cpu_seconds=CPU_SECONDS, memory=_MEMORY)
    # Ours is asked before any pixel is drawn, and can be told.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=list(_FORMS)) as sent:
        if sent.width * sent.height > _MOST_PIXELS:
            _say({"refused": f"has {sent.width} x {sent.height} pixels, which is too many"}, b"")
            return
        form = str(sent.format)
        # Turned as the camera was held; then the mark of that turn may go with all others.
        shown = ImageOps.exif_transpose(sent)
        drawn = _pixels_of(shown, form)
    media_type, options = _FORMS[form]
    written = io.BytesIO()
    drawn.save(written, form, **options)
    told = {"media_type": media_type, "width": drawn.width, "height": drawn.height}
    _say(told, written.getvalue())


def _pixels_of(picture: Image.Image, form: str) -> Image.Image:
    """The pixels alone, in a new picture."""
    plain = picture.convert("RGB" if form == "JPEG" or not _has_alpha(picture) else "RGBA")
    plain.thumbnail((_LONGEST_EDGE, _LONGEST_EDGE))
    drawn = Image.new(plain.mode, plain.size)
    drawn.paste(plain)
    return drawn


def _has_alpha(picture: Image.Image) -> bool:
    return "A" in picture.getbands() or "transparency" in picture.info


def _say(told: dict[str, object], content: bytes) -> None:
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + content)


if __name__ == "__main__":
    main()
