"""A picture is drawn anew: what people see stays, what they do not see goes."""

import io
import zlib

import pytest
from PIL import Image

from services.monitor.pictures.drawing import PictureRefusedError, draw_anew

PLACE = b"GPS 31.2304 N 121.4737 E"


def picture(form: str, size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(stream, form, **options)
    return stream.getvalue()


def with_place() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 49.0)
    # Held on its side: shown turned by a quarter.
    exif[0x0112] = 6
    return exif


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
async def test_place_and_device_are_gone_and_the_turn_is_kept(form: str) -> None:
    sent = picture(form, exif=with_place())
    assert PLACE in sent
    drawn = await draw_anew(sent + b"<?php hidden behind the end ?>")
    assert PLACE not in drawn.content
    assert b"<?php" not in drawn.content
    assert drawn.media_type == f"image/{form.lower()}"
    with Image.open(io.BytesIO(drawn.content)) as shown:
        assert shown.size == (drawn.width, drawn.height) == (20, 40)
        assert not shown.getexif()
        red, green, _ = shown.convert("RGB").getpixel((10, 20))
        assert red > 180 > 60 > green


async def test_comments_and_profiles_of_a_png_are_gone() -> None:
    stream = io.BytesIO()
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    image.save(stream, "PNG", icc_profile=b"my telephone", dpi=(72, 72))
    drawn = await draw_anew(stream.getvalue())
    with Image.open(io.BytesIO(drawn.content)) as shown:
        assert shown.info.keys() <= {"transparency"}
        assert shown.mode == "RGBA"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"%PDF-1.7 a document",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + b"\x00" * 50,
        b"\x89PNG\r\n\x1a\n and nothing of a picture",
        b"\xff\xd8\xff" + b"\x00" * 100,
    ],
    ids=["empty", "pdf", "svg", "gif", "broken png", "broken jpeg"],
)
async def test_what_is_no_picture_is_refused(sent: bytes) -> None:
    with pytest.raises(PictureRefusedError):
        await draw_anew(sent)


async def test_a_picture_that_is_cut_off_is_refused() -> None:
    with pytest.raises(PictureRefusedError):
        await draw_anew(picture("PNG", (300, 300))[:-40])


async def test_a_small_file_of_a_billion_pixels_is_refused() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    size = (50_000).to_bytes(4, "big")
    header = chunk(b"IHDR", size + size + b"\x01\x00\x00\x00\x00")
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\x00" * 10_000_000))
    with pytest.raises(PictureRefusedError, match="too many"):
        await draw_anew(bomb)
