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
# They are kept at their size: a thread of 15,000 lines of pixels is illegible at half its width.
_MOST_PIXELS = 30_000_000
# Cameras of telephones have up to 200 million. JPEG can be decoded at a half, a quarter, an eighth.
_MOST_PIXELS_OF_CAMERA = 250_000_000
_STEPS = (2, 4, 8)
_JPEG = ("JPEG", "image/jpeg", {"quality": 90})
_READ = ("PNG", "JPEG", "WEBP")
# By what Pillow calls a file: the form, and how it is written.
_FORMS = {
    # People wait: the usual effort takes much longer, for a few bytes less.
    "PNG": ("PNG", "image/png", {"compress_level": 3}),
    "JPEG": _JPEG,
    # A JPEG with a second picture behind the first, as telephones write: depth, or brightness.
    "MPO": _JPEG,
    "WEBP": ("WEBP", "image/webp", {"quality": 90}),
}


def main() -> None:
    """Draw anew."""
    confine(cpu_seconds=CPU_SECONDS, memory=_MEMORY)
    # Ours is asked before any pixel is drawn, and can be told.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=_READ) as sent:
        form, media_type, options = _FORMS[str(sent.format)]
        if not _made_small_enough(sent, form):
            _say({"refused": f"has {sent.width} x {sent.height} pixels, which is too many"}, b"")
            return
        # Turned as the camera was held; then the mark of that turn may go with all others.
        drawn = _pixels_of(ImageOps.exif_transpose(sent), form)
    written = io.BytesIO()
    drawn.save(written, form, **options)
    told = {"media_type": media_type, "width": drawn.width, "height": drawn.height}
    _say(told, written.getvalue())


def _made_small_enough(sent: Image.Image, form: str) -> bool:
    """Whether there is memory for the pixels; those of a camera are halved until there is."""
    pixels = sent.width * sent.height
    if pixels <= _MOST_PIXELS:
        return True
    if form != "JPEG" or pixels > _MOST_PIXELS_OF_CAMERA:
        return False
    step = next(step for step in _STEPS if pixels <= _MOST_PIXELS * step * step)
    sent.draft(None, (sent.width // step, sent.height // step))
    return sent.width * sent.height <= _MOST_PIXELS


def _pixels_of(picture: Image.Image, form: str) -> Image.Image:
    """The pixels alone, in a new picture; of several pictures the first."""
    if picture.mode.startswith("I"):
        # 16 bits of grey: Pillow cuts off what is brighter than 255.
        picture = picture.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    plain = picture.convert("RGB" if form == "JPEG" or not _has_alpha(picture) else "RGBA")
    drawn = Image.new(plain.mode, plain.size)
    drawn.paste(plain)
    return drawn


def _has_alpha(picture: Image.Image) -> bool:
    return "A" in picture.getbands() or "transparency" in picture.info


def _say(told: dict[str, object], content: bytes) -> None:
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + content)


if __name__ == "__main__":
    main()
