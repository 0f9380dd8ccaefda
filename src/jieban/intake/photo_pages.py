"""The page for photos, and what it takes: cleaned at once, kept with the draft, shown to nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from jieban.city.book import Book
from jieban.city.queries import book
from jieban.dispatch.rules import local_day
from jieban.intake import draft as drafts
from jieban.intake.pages import show
from jieban.intake.photos import BadPhoto, CleanPhoto, clean_photo
from jieban.people.access import public

MEGABYTE = 1024 * 1024

REASONS = (
    gettext_noop("The photo is empty."),
    gettext_noop("The photo is damaged or was cut off on the way."),
    gettext_noop("The photo is in Apple's format HEIC, which cannot be read here."),
    gettext_noop("The file is a drawing or a page (SVG, HTML), not a photo."),
    gettext_noop("The file is not a photo."),
)
"""The reasons of ``intake.photos`` that can be said in the reader's language word for word."""


class Limits:
    """The rules for photos on a day."""

    def __init__(self, city: Book, now: datetime) -> None:
        on = local_day(city, now)
        self.count = int(city.rule("photo.max_count", on))
        self.megabytes = int(city.rule("photo.max_megabytes", on))
        self.pixels = int(city.rule("photo.max_megapixels", on) * 1_000_000)


class Quota(FileUploadHandler):
    """Breaks an upload off that is larger than all the photos of a request together may be."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._left = most

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count and hand on."""
        self._left -= len(raw_data)
        if self._left < 0:
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
        return None


def take_photos(files: Iterable[UploadedFile[bytes]], limits: Limits) -> tuple[list[CleanPhoto], list[str]]:
    """The photos that can be taken, cleaned, and for each that cannot a sentence why."""
    taken: list[CleanPhoto] = []
    refused: list[str] = []
    for file in files:
        if (file.size or 0) > limits.megabytes * MEGABYTE:
            refused.append(_too_large(file, limits))
            continue
        try:
            taken.append(clean_photo(file.read(), limits.megabytes * MEGABYTE, limits.pixels))
        except BadPhoto as bad:
            refused.append(f"{file.name}: {_reason(bad)}")
    return taken, refused


def _too_large(file: UploadedFile[bytes], limits: Limits) -> str:
    return _("%(name)s is larger than %(most)d MB. Send it smaller, or a screenshot of it.") % {
        "name": file.name,
        "most": limits.megabytes,
    }


def _reason(bad: BadPhoto) -> str:
    if bad.reason in REASONS:
        return _(bad.reason) + " " + _("Send it as JPEG, PNG or WebP, or take it anew.")
    return _("This picture cannot be taken. Send it as JPEG, PNG or WebP, or take it anew.")


@csrf_exempt
def _photos(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    limits = Limits(book(), datetime.now(UTC))
    request.upload_handlers.insert(0, Quota((limits.count * limits.megabytes + 8) * MEGABYTE))
    return _photo_page(request, limits)


@csrf_protect
def _photo_page(request: HttpRequest, limits: Limits) -> HttpResponse:
    draft = drafts.load(request.session)
    if not draft.text:
        return redirect("file_what")
    refused: list[str] = []
    if request.method == "POST":
        refused = _change(request, draft, limits)
        go_on = "go_on" in request.POST and not refused
        if go_on:
            draft.finish("photos")
        drafts.save(request.session, draft)
        if not refused:
            step = "check" if "check" in draft.done else "more"
            return redirect(f"file_{step}" if go_on else "file_photos")
    return show(
        request, "photos", draft, limits=limits, refused=refused, full=len(draft.photos) >= limits.count
    )


def _change(request: HttpRequest, draft: drafts.Draft, limits: Limits) -> list[str]:
    if "remove" in request.POST:
        drafts.remove_photo(draft, request.POST["remove"])
        return []
    taken, refused = take_photos(request.FILES.getlist("photos"), limits)
    for photo in taken:
        if len(draft.photos) >= limits.count:
            refused.append(
                _("%(most)d photos are enough; the others were left out.") % {"most": limits.count}
            )
            break
        drafts.add_photo(draft, photo)
    return refused


photos = public(never_cache(require_http_methods(["GET", "POST"])(_photos)))
photos.csrf_exempt = True  # type: ignore[attr-defined]  # _photo_page asks for the token once the quota stands
