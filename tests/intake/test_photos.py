"""Photos that people send: the picture stays, everything else goes, and traps stay shut."""

import io
import struct
import time
import zipfile
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from jieban.intake.photos import BadPhoto, clean_photo

SECRET = b"SECRET-PLACE"


def photo(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any) -> bytes:
    image = Image.linear_gradient("L").resize(size).convert(mode)
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def reopened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def refusal(data: bytes, **limits: int) -> BadPhoto:
    with pytest.raises(BadPhoto) as caught:
        clean_photo(data, **limits)
    assert caught.value.reason
    assert caught.value.remedy
    return caught.value


def png_of(width: int, height: int) -> bytes:
    """The first bytes of a PNG that claims a size and holds almost nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1_000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_good_photos(kind: str) -> None:
    clean = clean_photo(photo(kind, (1_000, 600)))
    assert (clean.width, clean.height) == (1_000, 600) == reopened(clean.content).size
    assert reopened(clean.content).format == reopened(clean.thumbnail).format == "JPEG"
    assert max(reopened(clean.thumbnail).size) == 320
    assert len(clean.sha256) == 64
    assert clean_photo(photo(kind, (1_000, 600))) == clean


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_kinds_of_colour(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert reopened(clean_photo(photo(kind, mode=mode)).content).mode == "RGB"


def test_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert reopened(clean_photo(out.getvalue()).content).getpixel((5, 5)) == (255, 255, 255)


def test_large_photos_become_small() -> None:
    clean = clean_photo(photo(size=(6_000, 3_000)))
    assert (clean.width, clean.height) == (2_560, 1_280)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_turned_upright(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    clean = clean_photo(photo(kind, (60, 40), exif=exif))
    assert (clean.width, clean.height) == (40, 60)
    assert not reopened(clean.content).getexif()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_is_told_but_the_picture(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    options: dict[str, Any] = {"exif": exif, "icc_profile": SECRET * 20}
    if kind == "JPEG":
        options["comment"] = SECRET
    dirty = photo(kind, **options) + SECRET
    assert SECRET in dirty
    clean = clean_photo(dirty)
    for data in (clean.content, clean.thumbnail):
        assert SECRET not in data
        assert not {"exif", "icc_profile", "comment", "xmp"} & reopened(data).info.keys()


def test_broken_notes_do_not_spoil_the_picture() -> None:
    assert clean_photo(photo(exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(30))).width == 60


@pytest.mark.parametrize(
    ("data", "needle"),
    [
        (b"", "empty"),
        (b"hello", "not a photo"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "SVG"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><svg/>', "SVG"),
        (photo("GIF"), "GIF"),
        (photo("BMP"), "BMP"),
        (photo("TIFF"), "TIFF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"%PDF-1.7", "PDF"),
        (b"\xff\xd8\xff", "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "damaged"),
    ],
)
def test_what_is_no_photo(data: bytes, needle: str) -> None:
    assert needle in refusal(data).reason


def test_heic_says_what_to_do() -> None:
    assert "Most Compatible" in refusal(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").remedy


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_cut_off(kind: str) -> None:
    data = photo(kind, (600, 400))
    assert "cut off" in refusal(data[: len(data) // 2]).reason


@pytest.mark.parametrize("side", [8_000, 10_000, 30_000, 2**31 - 1])
def test_a_small_file_that_claims_a_huge_picture(side: int) -> None:
    start = time.process_time()
    assert "pixels" in refusal(png_of(side, side)).reason
    assert time.process_time() - start < 0.5


def test_limits_are_arguments() -> None:
    assert "MB" in refusal(photo(), max_bytes=100).reason
    assert "pixels" in refusal(photo(), max_pixels=100).reason


def test_a_photo_that_is_an_archive_too() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("run.sh", "echo")
    assert "hidden" in refusal(photo() + archive.getvalue()).reason


@pytest.mark.parametrize("code", [b"<SCRIPT>alert(1)</SCRIPT>", b"<?php system($_GET['c']);", b"%PDF-1.4"])
def test_a_photo_that_is_a_page_too(code: bytes) -> None:
    assert "hidden" in refusal(photo(comment=code)).reason
    assert "hidden" in refusal(photo("PNG") + code).reason


def test_what_phones_append_is_dropped() -> None:
    assert b"ftypmp42" not in clean_photo(photo() + b"\0\0\0\x18ftypmp42" + bytes(5_000)).content


def test_a_photo_of_thousands_of_layers() -> None:
    data = photo(progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    assert "layers" in refusal(data[:-2] + scan * 500 + data[-2:]).reason


def test_of_an_animation_the_first_picture() -> None:
    first, second = Image.new("RGB", (10, 10), "red"), Image.new("RGB", (10, 10), "blue")
    out = io.BytesIO()
    first.save(out, "WEBP", save_all=True, append_images=[second], lossless=True)
    pixel = reopened(clean_photo(out.getvalue()).content).getpixel((5, 5))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 200 > pixel[2]


@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.integers(0, 2_000), st.binary(min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_any_damage_is_survived_or_refused(kind: str, place: int, noise: bytes) -> None:
    data = photo(kind)
    place %= len(data)
    try:
        clean = clean_photo(data[:place] + noise + data[place + len(noise) :])
    except BadPhoto:
        return
    assert reopened(clean.content).size == (clean.width, clean.height)
