"""Photos that people send: checked before they are decoded, and made anew without what they tell.

Only the picture is kept. Place, time, camera, comments, colour profiles, further pictures and whatever
is glued to the file stay behind, because the stored photo is encoded anew from its pixels.
"""

import hashlib
import io
import struct
import zipfile
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_SIDE = 2_560
THUMBNAIL_SIDE = 320

_QUALITY = 85
_MAX_SCANS = 100
_SEND = "Send it as JPEG, PNG or WebP."
_OTHERS = (
    (b"GIF8", "a GIF"),
    (b"BM", "a BMP picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
)
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_CODE = (b"<script", b"<?php", b"<html", b"<!doctype", b"%pdf-1", b"%pdf-2")


class BadPhoto(Exception):
    """A photo that cannot be taken; `reason` says why, `remedy` what the person can do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason} {remedy}")
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A photo safe to store and show.

    `content` and `thumbnail` are JPEG (`content_type`), `width` and `height` are those of `content`
    in pixels, `sha256` (hex) is that of `content`.
    """

    content: bytes
    width: int
    height: int
    thumbnail: bytes
    sha256: str
    content_type: str = "image/jpeg"


def clean_photo(data: bytes, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS) -> CleanPhoto:
    """Take the bytes of a JPEG, PNG or WebP and give the photo, turned upright, at most 2,560 px long.

    Of an animation the first picture is taken; what is transparent becomes white. Raises `BadPhoto`
    for other formats, more than `max_bytes` or `max_pixels`, damaged files and files that are
    something else besides (a page, a script, an archive).
    """
    if len(data) > max_bytes:
        raise BadPhoto(
            f"The photo has {len(data) / 2**20:.1f} MB; at most {max_bytes / 2**20:.1f} MB are taken.",
            "Send it smaller, or send a screenshot of it.",
        )
    kind = _kind(data)
    _refuse_hybrids(data, kind)
    try:
        picture = _decoded(data, kind, max_pixels)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPhoto(f"The photo is far larger than {max_pixels:,} pixels.", "Send it smaller.") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, struct.error, IndexError) as error:
        raise BadPhoto(
            "The photo is damaged or was cut off on the way.", "Send it again, or take it anew."
        ) from error
    content = _jpeg(picture)
    small = picture.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return CleanPhoto(
        content, picture.width, picture.height, _jpeg(small), hashlib.sha256(content).hexdigest()
    )


def _kind(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    raise _unknown(data)


def _unknown(data: bytes) -> BadPhoto:
    if not data:
        return BadPhoto("The photo is empty.", "Send it again.")
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        return BadPhoto(
            "The photo is in Apple's format HEIC, which cannot be read here.",
            "On an iPhone choose Settings, Camera, Formats, Most Compatible; or send it as JPEG.",
        )
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<svg", b"<?xml", b"<!doctype", b"<html")):
        return BadPhoto("The file is a drawing or a page (SVG, HTML), not a photo.", _SEND)
    for mark, name in _OTHERS:
        if data.startswith(mark):
            return BadPhoto(f"The file is {name}, not a photo that can be taken.", _SEND)
    return BadPhoto("The file is not a photo.", _SEND)


def _refuse_hybrids(data: bytes, kind: str) -> None:
    """Refuse what is a photo and something else at once; nobody makes that by accident."""
    lower = data.lower()
    if any(code in lower for code in _CODE) or _is_archive(data):
        raise BadPhoto("The photo has a page, a script or an archive hidden in it.", "Send a plain photo.")
    # Inside compressed data FF is always followed by 00, so this counts scans. Thousands of scans of
    # an empty picture keep a decoder busy for minutes.
    if kind == "JPEG" and data.count(b"\xff\xda") > _MAX_SCANS:
        raise BadPhoto("The photo is built from an absurd number of layers.", "Send a plain photo.")


def _is_archive(data: bytes) -> bool:
    """Tell whether an unpacker would find files in it, wherever the archive stands."""
    if b"PK\x05\x06" not in data:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return bool(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
        return False


def _decoded(data: bytes, kind: str, max_pixels: int) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        pixels = image.width * image.height
        if pixels > max_pixels:
            raise BadPhoto(
                f"The photo has {image.width:,} × {image.height:,} pixels; at most {max_pixels:,} are taken.",
                "Send it smaller, or send a screenshot of it.",
            )
        # A JPEG can be decoded at 1/2, 1/4 or 1/8 of its size for a fraction of the work.
        image.draft("RGB", (MAX_SIDE, MAX_SIDE))
        image.load()
        # Made small first: the later steps copy the picture.
        small = _in_eight_bits(image)
        small.thumbnail((MAX_SIDE, MAX_SIDE))
    return _on_white(_upright(small))


def _in_eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except (ValueError, SyntaxError, OSError, struct.error, KeyError, TypeError, IndexError):
        return image  # Broken EXIF: the picture is good, only its orientation is not known.


def _on_white(image: Image.Image) -> Image.Image:
    # A new picture carries none of the notes that the old one has in its info.
    plain = Image.new("RGB", image.size, "white")
    plain.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    return plain


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True, exif=b"", icc_profile=None, comment=b"")
    return out.getvalue()
