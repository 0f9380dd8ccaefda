"""Photos that a unit adds to its ticket: of a visit, of the work, for its reply (Ordinance Art. 8)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from jieban.city.queries import book
from jieban.intake.photo_pages import MEGABYTE, Limits, Quota, take_photos
from jieban.intake.photos import CleanPhoto
from jieban.matters.actions import Overtaken
from jieban.matters.attachments import NewFile, TooManyFiles, do_attach
from jieban.people.access import page
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket
from jieban.web.desk.facts import may_add_photos
from jieban.web.desk.refusals import overtaken_words
from jieban.web.desk.sitting import Sitting, sitting, ticket_or_refuse


@csrf_exempt
def _add(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    limits = Limits(book(), datetime.now(UTC))
    request.upload_handlers.insert(0, Quota((limits.count * limits.megabytes + 8) * MEGABYTE))
    return _added(request, limits, **kwargs)


@csrf_protect
def _added(request: HttpRequest, limits: Limits, number: str) -> HttpResponse:
    desk = sitting(request)
    found = ticket_or_refuse(desk, number)
    if not may_add_photos(found, desk):
        raise PermissionDenied("enclose")
    taken, refused = take_photos(request.FILES.getlist("photos"), limits)
    for words in refused:
        messages.warning(request, words)
    if taken:
        _keep(request, found, taken, desk)
    elif not refused:
        messages.warning(request, _("Choose at least one photo."))
    return redirect("ticket", number=number)


def _keep(request: HttpRequest, found: Ticket, taken: list[CleanPhoto], desk: Sitting) -> None:
    files = [NewFile(one.content, one.thumbnail, one.sha256, one.width, one.height) for one in taken]
    most = int(desk.book.rule("photo.max_ticket", desk.today))
    try:
        do_attach(
            *(TICKET, found, files, desk.actor),
            now=desk.now, most=most, counted_in="photos", verb="enclose",
        )  # fmt: skip
    except TooManyFiles:
        messages.warning(
            request, _("A ticket holds at most %(most)s photos; leave some out.") % {"most": most}
        )
    except Overtaken as error:
        messages.warning(request, overtaken_words(error))
    else:
        count = len(files)
        messages.success(request, ngettext("%(n)s photo added.", "%(n)s photos added.", count) % {"n": count})


add_photos = page("ticket.handle")(never_cache(require_POST(_add)))
add_photos.csrf_exempt = True  # type: ignore[attr-defined]  # _added asks for the token once the quota stands
