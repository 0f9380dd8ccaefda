"""The pages of exclusion: what is mine, what I decide, what was appealed; one application with its proof."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from jieban.assessment.actions import month_span
from jieban.city.rows import Unit
from jieban.exclusion import queries as q
from jieban.exclusion.kind import EXCLUSION
from jieban.exclusion.models import Exclusion
from jieban.intake.photo_pages import MEGABYTE, Limits, Quota, take_photos
from jieban.matters.actions import Overtaken
from jieban.matters.attachments import NewFile, do_attach, path_of
from jieban.matters.queries import attachments, timeline
from jieban.matters.rules import NotPossible
from jieban.people.access import page
from jieban.tickets.models import Ticket
from jieban.tickets.queries import visible
from jieban.web.desk.acts import Said, acts_for, lines, panels, say
from jieban.web.desk.exclusion_acts import ACTS, NAMES
from jieban.web.desk.looks import Link
from jieban.web.desk.refusals import refusal_words
from jieban.web.desk.sitting import Sitting, sitting

GROUPS = ("exclude", "ledger", "uncounted")


@page("exclusion.use")
@never_cache
@require_GET
def exclusion_list(request: HttpRequest) -> HttpResponse:
    """Applications by what is to be done with them. Six SQL statements with session and account."""
    desk = sitting(request)
    unit = own_unit(desk)
    counted = q.counts(desk.scope, unit)
    views = _views(desk, unit)
    view = request.GET.get("view", "")
    view = view if view in views else next((one for one in views if counted.get(one)), next(iter(views)))
    found = q.rows(view, desk.scope, unit, request.GET.get("after", ""))
    shown = {
        "desk": desk,
        "view": view,
        "rows": found.exclusions,
        "next": _next(view, found.after),
        "links": [
            Link(words, _address(name), counted.get(name), name == view) for name, words in views.items()
        ],
        "share": _share(desk) if desk.scope.everything or view == "all" else None,
    }
    return render(request, "desk/exclusions.html", shown)


def own_unit(desk: Sitting) -> Unit | None:
    """The unit for which somebody sits here; a supervisor sits for the hotline."""
    return desk.book.units.get(desk.unit)


def in_sight(ticket: Ticket, desk: Sitting) -> bool:
    """Whether somebody may open the ticket's own page. One SQL statement."""
    return visible(desk.scope).filter(pk=ticket.pk).exists()


def _views(desk: Sitting, unit: Unit | None) -> dict[str, Any]:
    """What there is to look at for this person, what waits for him first."""
    views: dict[str, Any] = {"decide": _("to decide"), "appeals": _("appeals to decide")}
    if unit is not None and unit.can_lead:
        views["mine"] = _("ours")
    return {**views, "all": _("all")}


def _address(view: str) -> str:
    return f"{reverse('exclusion_list')}?view={view}"


def _next(view: str, after: str) -> str:
    return f"{_address(view)}&after={after}" if after else ""


def _share(desk: Sitting) -> dict[str, Any]:
    """Of this month's closed tickets, how many are left out, by group of reasons. One SQL statement."""
    start, end = month_span(desk.today, desk.book.identity.timezone)
    groups = {row.code: row.group for row in desk.book.tables["exclusions"]}
    total, by_group = q.shares(start, end, groups)
    out = sum(by_group.values())
    return {
        "month": desk.today,
        "total": total,
        "out": out,
        "percent": round(100 * out / total, 2) if total else 0,
        "groups": [(group, by_group.get(group, 0)) for group in GROUPS],
    }


@page("exclusion.use")
@never_cache
@require_GET
def exclusion(request: HttpRequest, number: str) -> HttpResponse:
    """One application. Eight SQL statements with session, account and the city's serial."""
    desk = sitting(request)
    return _show(request, desk, _found(desk, number))


@page("exclusion.use")
@never_cache
@require_POST
def exclusion_say(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Say a verb on an application; what was typed stays when it cannot be done."""
    desk = sitting(request)
    act = next((one for one in ACTS if one.name == verb), None)
    if act is None:
        raise Http404
    found = _found(desk, number)
    said = say(request, desk, EXCLUSION, ACTS, found, act, NAMES)
    if said.done:
        messages.success(request, said.done)
        return redirect("exclusion", number=number)
    return _show(request, desk, _found(desk, number), said=said, status=said.status)


@page("exclusion.use")
@csrf_exempt  # the upload is bounded before its body is read; csrf_protect below then asks for the token
def evidence(request: HttpRequest, number: str) -> HttpResponseBase:
    """Add photos of the evidence to an application."""
    limits = Limits(sitting(request).book, datetime.now(UTC))
    request.upload_handlers.insert(0, Quota((limits.count * limits.megabytes + 8) * MEGABYTE))
    return _evidence(request, number, limits)


@csrf_protect
@never_cache
@require_POST
def _evidence(request: HttpRequest, number: str, limits: Limits) -> HttpResponse:
    desk = sitting(request)
    found = _found(desk, number)
    if "attach" not in EXCLUSION.workflow.verbs(found.row(), desk.actor):
        raise PermissionDenied("attach")
    photos, refused = take_photos(request.FILES.getlist("photos"), limits)
    files = [NewFile(one.content, one.thumbnail, one.sha256, one.width, one.height) for one in photos]
    try:
        do_attach(EXCLUSION, found, files, desk.actor, now=desk.now, most=limits.count, counted_in="photos")
    except (NotPossible, Overtaken) as error:
        words = refusal_words(error) if isinstance(error, NotPossible) else str(error)
        refused.append(words)
    for words in refused or ([] if files else [_("Choose a photo first.")]):
        messages.warning(request, words)
    return redirect("exclusion", number=number)


@page("exclusion.use")
@require_GET
@cache_control(private=True, max_age=3600)
def exclusion_photo(request: HttpRequest, number: str, sha256: str) -> HttpResponseBase:
    """A photo of the evidence; ``?small=1`` for the small copy."""
    desk = sitting(request)
    found = _found(desk, number)
    if sha256 not in {one.sha256 for one in attachments(found.pk)}:
        raise Http404
    path = path_of(sha256, small="small" in request.GET)
    if not path.exists():
        raise Http404
    return FileResponse(path.open("rb"), content_type="image/jpeg")


def _found(desk: Sitting, number: str) -> Exclusion:
    """The application with this number. Raises ``Http404`` or ``PermissionDenied``."""
    found = q.by_number(number)
    if found is None:
        raise Http404
    lead = desk.book.units.get(str(found.lead_id))
    if not q.may_see(found, desk.scope, own_unit(desk), lead.parent if lead else ""):
        raise PermissionDenied("exclusion.use")
    return found


def _show(
    request: HttpRequest,
    desk: Sitting,
    found: Exclusion,
    *,
    said: Said | None = None,
    status: int = 200,
) -> HttpResponse:
    ticket = Ticket.objects.filter(pk=found.ticket).first()
    acts = acts_for(EXCLUSION, ACTS, found, desk)
    verbs = EXCLUSION.workflow.verbs(found.row(), desk.actor)
    shown = {
        "desk": desk,
        "exclusion": found,
        "ticket": ticket,
        "may_open": ticket is not None and in_sight(ticket, desk),
        "history": lines(timeline(found.pk), NAMES, desk),
        "photos": attachments(found.pk) if found.photos else [],
        "panels": panels(acts, said),
        "said": said,
        "refused": said.refused if said else "",
        "may_attach": "attach" in verbs,
    }
    return render(request, "desk/exclusion.html", shown, status=status)
