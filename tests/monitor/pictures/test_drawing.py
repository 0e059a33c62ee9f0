"""A picture is drawn anew: what people see stays, what they do not see goes."""

import asyncio
import io
import zlib

import pytest
from PIL import Image

from services.monitor.pictures.drawing import Drawn, Easel, PictureRefusedError
from shared.errors import Unavailable

PLACE = b"GPS 31.2304 N 121.4737 E"


async def draw_anew(sent: bytes) -> Drawn:
    return await Easel().draw_anew(sent)


def shown(drawn: Drawn) -> Image.Image:
    return Image.open(io.BytesIO(drawn.content))


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
    seen = shown(drawn)
    assert seen.size == (drawn.width, drawn.height) == (20, 40)
    assert not seen.getexif()
    red, green, _ = seen.convert("RGB").getpixel((10, 20))
    assert red > 180 > 60 > green


async def test_comments_and_profiles_of_a_png_are_gone() -> None:
    stream = io.BytesIO()
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    image.save(stream, "PNG", icc_profile=b"my telephone", dpi=(72, 72))
    drawn = await draw_anew(stream.getvalue())
    assert shown(drawn).info.keys() <= {"transparency"}
    assert shown(drawn).mode == "RGBA"


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


async def test_a_photograph_with_a_second_picture_behind_it_is_a_photograph() -> None:
    # Depth, or brightness for HDR: what most telephones write today (CIPA DC-007).
    stream = io.BytesIO()
    first, second = (Image.new("RGB", (40, 40), colour) for colour in ("red", "blue"))
    first.save(stream, "MPO", save_all=True, append_images=[second])
    drawn = await draw_anew(stream.getvalue())
    assert drawn.media_type == "image/jpeg"
    assert getattr(shown(drawn), "n_frames", 1) == 1
    assert shown(drawn).getpixel((20, 20))[0] > 200


async def test_a_stitched_screenshot_stays_legible() -> None:
    drawn = await draw_anew(picture("PNG", (1_080, 15_000)))
    assert (drawn.width, drawn.height) == (1_080, 15_000)


async def test_a_camera_of_fifty_million_pixels_is_no_bomb() -> None:
    stream = io.BytesIO()
    Image.new("L", (8_160, 6_120), 90).save(stream, "JPEG")
    drawn = await draw_anew(stream.getvalue())
    assert (drawn.width, drawn.height) == (4_080, 3_060)


async def test_ink_of_printers_and_sixteen_bits_of_grey_look_as_they_did() -> None:
    stream = io.BytesIO()
    Image.new("CMYK", (20, 20), (0, 255, 255, 0)).save(stream, "JPEG")
    red, green, _ = shown(await draw_anew(stream.getvalue())).getpixel((10, 10))
    assert red > 200 > 50 > green
    stream = io.BytesIO()
    Image.new("I;16", (20, 20), 40_000).save(stream, "PNG")
    assert shown(await draw_anew(stream.getvalue())).getpixel((10, 10)) == (156, 156, 156)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
async def test_of_what_moves_the_first_picture_is_kept(form: str) -> None:
    stream = io.BytesIO()
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "blue", "green")]
    frames[0].save(stream, form, save_all=True, append_images=frames[1:])
    drawn = await draw_anew(stream.getvalue())
    assert getattr(shown(drawn), "n_frames", 1) == 1
    assert shown(drawn).getpixel((15, 15))[0] > 200


async def test_a_picture_that_is_a_page_too_is_a_picture_alone() -> None:
    stream = io.BytesIO()
    page = b"<html><script>alert(1)</script>"
    Image.new("RGB", (30, 30)).save(stream, "JPEG", comment=page)
    assert page in stream.getvalue()
    assert b"<script>" not in (await draw_anew(stream.getvalue() + page)).content


async def test_what_apple_cameras_write_is_called_by_its_name() -> None:
    with pytest.raises(PictureRefusedError, match="HEIC photograph"):
        await draw_anew(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(100))


async def test_many_at_once_wait_and_the_rest_are_asked_to_come_again() -> None:
    easel = Easel()
    sent = picture("PNG")
    done = await asyncio.gather(*(easel.draw_anew(sent) for _ in range(9)), return_exceptions=True)
    assert [type(one) for one in done] == [Drawn] * 6 + [Unavailable] * 3
    assert (await easel.draw_anew(sent)).media_type == "image/png"
