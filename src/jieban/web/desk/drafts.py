"""What a language model proposes for a ticket: asked for, edited and used by people, or thrown away.

A draft gets into a ticket only through the form of a verb that a person sends (``acting``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban.drafting.actions import DraftRefused, do_ask, do_discard, do_use
from jieban.drafting.models import ASKED, KIND_NAMES, REPLY, SLOTS, SUMMARY, Draft
from jieban.drafting.queries import VERB_OF, kinds_for, of_ticket, ready
from jieban.intake.asking import rows_for
from jieban.matters.rules import NotYours
from jieban.people.access import page
from jieban.people.roles import allowed
from jieban.tickets.models import Ticket
from jieban.web.desk.sitting import Sitting, sitting, ticket_or_refuse
from jieban.web.desk.verbs import may_say


@page("draft.use")
@never_cache
@require_GET
def drafts(request: HttpRequest, number: str) -> HttpResponse:
    """The drafts of a ticket. Two SQL statements besides the frame's."""
    desk = sitting(request)
    return _show(request, desk, ticket_or_refuse(desk, number))


@page("draft.use")
@never_cache
@require_POST
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for a draft; the page then shows that it is being made."""
    desk = sitting(request)
    ticket = ticket_or_refuse(desk, number)
    kind = request.POST.get("kind", "")
    try:
        do_ask(ticket, kind, desk.actor, now=desk.now, wanted=_wanted(ticket, desk) if kind == SLOTS else ())
    except NotYours as error:
        raise PermissionDenied from error
    except DraftRefused as error:
        return _show(request, desk, ticket, str(error), status=422)
    return redirect("drafts", number=number)


@page("draft.use")
@never_cache
@require_POST
def decide(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Throw a draft away, or note that a summary was of use; the others are used by their verbs."""
    desk = sitting(request)
    ticket = ticket_or_refuse(desk, number)
    draft, used = ready(pk, ticket.pk), request.POST.get("decision") == "used"
    if draft is None or (used and draft.kind != SUMMARY):
        raise Http404
    if not may_say(ticket, desk, VERB_OF[draft.kind]):
        raise PermissionDenied("draft.use")
    try:
        (do_use if used else do_discard)(draft, desk.actor, now=desk.now)
    except DraftRefused as error:
        return _show(request, desk, ticket, str(error), status=409)
    messages.success(request, _("Noted.") if used else _("The draft was thrown away."))
    return redirect("drafts", number=number)


def offered(ticket: Ticket, desk: Sitting) -> list[tuple[str, Any]]:
    """The kinds of draft that this person may ask for now, with their names. No SQL statement."""
    if not allowed("draft.use", desk.roles):
        return []
    kinds = kinds_for(ticket, desk.actor)
    asks = SLOTS in kinds and bool(rows_for(ticket, desk.book, desk.today))
    return [(kind, KIND_NAMES[kind]) for kind in kinds if kind != SLOTS or asks]


def behind(posted: str, ticket: Ticket, verb: str, desk: Sitting) -> Draft | None:
    """The draft behind the form of ``verb``, or of any. One SQL statement, none where none is named."""
    if not posted.isascii() or not posted.isdigit() or len(posted) > 18:
        return None
    return ready(int(posted), ticket.pk, verb) if allowed("draft.use", desk.roles) else None


@dataclass(frozen=True, slots=True)
class Begun:
    """A verb's form that begins from a draft: the draft's id, the verb, what stands in the fields."""

    pk: int
    verb: str
    initial: dict[str, str]


def begun(named: str, ticket: Ticket, desk: Sitting) -> Begun | None:
    """What a form begins with where a draft is named. One SQL statement."""
    draft = behind(named, ticket, "", desk)
    if draft is None or draft.kind == SUMMARY:
        return None
    return Begun(draft.pk, VERB_OF[draft.kind], _first_words(draft, ticket))


def _first_words(draft: Draft, ticket: Ticket) -> dict[str, str]:
    if draft.kind == REPLY:
        titles = [one["title"] for one in draft.result.get("passages", ())]
        return {"reply": draft.text, "basis": pgettext("in a list", ", ").join(titles)}
    found = draft.result.get("fields", {})
    return {**ticket.answers, **{code: one["value"] for code, one in found.items()}}


def _wanted(ticket: Ticket, desk: Sitting) -> list[dict[str, Any]]:
    return [
        {"code": row.code, "name": row.name, "kind": row.kind, "choices": list(row.choices)}
        for row in rows_for(ticket, desk.book, desk.today)
    ]


def _show(
    request: HttpRequest, desk: Sitting, ticket: Ticket, refused: str = "", status: int = 200
) -> HttpResponse:
    found = of_ticket(ticket.pk)
    rows = [
        {"draft": one, "may_use": one.state == "ready" and may_say(ticket, desk, VERB_OF[one.kind])}
        for one in found
    ]
    shown = {
        "desk": desk,
        "ticket": ticket,
        "rows": rows,
        "refused": refused,
        "helper": offered(ticket, desk),
        "waits": any(one.state == ASKED for one in found),
    }
    return render(request, "desk/drafts.html", shown, status=status)
