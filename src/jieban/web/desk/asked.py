"""What units ask of each other: what is asked of mine, what mine asked, and one sub-ticket with its verbs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban.matters.actions import Overtaken
from jieban.matters.models import Event
from jieban.matters.queries import timeline
from jieban.matters.rules import NotPossible, NotYours
from jieban.people.access import page
from jieban.subtickets import workflow as w
from jieban.subtickets.models import SubTicket
from jieban.subtickets.queries import Listed, by_number, inbox, of_ticket, outbox
from jieban.subtickets.rules import may_see
from jieban.tickets.models import Ticket
from jieban.tickets.queries import visible
from jieban.web.desk.asked_verbs import SUB_VERBS, SubVerb, sub_form, sub_verbs
from jieban.web.desk.refusals import overtaken_words, refusal_words, seen
from jieban.web.desk.sitting import Sitting, sitting
from jieban.web.desk.story import who


@page("subticket.use")
@never_cache
@require_GET
def asked(request: HttpRequest) -> HttpResponse:
    """What is asked of my unit, and what my unit asked. Two SQL statements besides the frame's."""
    desk = sitting(request)
    units = desk.actor.units
    given = request.GET.get("after", ""), request.GET.get("sent_after", "")
    coming, going = inbox(units, given[0]), outbox(units, given[1])
    shown = {
        "desk": desk,
        "inbox": coming.rows,
        "outbox": going.rows,
        "inbox_next": _next("after", coming),
        "outbox_next": _next("sent_after", going),
    }
    return render(request, "desk/asked.html", shown)


def _next(name: str, listed: Listed) -> str:
    return f"{reverse('asked')}?{urlencode({name: listed.after})}" if listed.after else ""


@page("subticket.use")
@never_cache
@require_GET
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One sub-ticket. Four SQL statements besides the frame's."""
    desk = sitting(request)
    return _show(request, desk, _found(desk, number))


@page("subticket.use")
@never_cache
@require_POST
def say(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Say a verb on a sub-ticket; what was typed stays when it cannot be done."""
    desk = sitting(request)
    if verb not in SUB_VERBS:
        raise Http404
    sub, said = _found(desk, number), SUB_VERBS[verb]
    form = sub_form(said, sub, desk, request.POST)
    try:
        seen(sub, request.POST.get("version", ""))
        if said not in sub_verbs(sub, desk):
            raise PermissionDenied(verb)
        if not form.is_valid():
            return _show(request, desk, sub, tried=(said, form), status=422)
        given = {**form.cleaned_data, "decision": request.POST.get("decision", "")}
        if given["decision"] not in {button.value for button in said.buttons}:
            words = _("Choose one of the buttons below the form.")
            return _show(request, desk, sub, tried=(said, form), refused=words, status=422)
        sub = said.do(sub, given, desk)
    except Overtaken as error:
        again = _found(desk, number)
        words = overtaken_words(error)
        return _show(request, desk, again, tried=(said, form), refused=words, status=409)
    except NotYours as error:
        raise PermissionDenied from error
    except NotPossible as error:
        return _show(request, desk, sub, tried=(said, form), refused=refusal_words(error), status=422)
    messages.success(request, said.done(sub, given, desk))
    return redirect("asked_one", number=number)


def _found(desk: Sitting, number: str) -> SubTicket:
    """The sub-ticket, when this person may see it. One SQL statement."""
    sub = by_number(number)
    if sub is None:
        raise Http404
    if not may_see(sub.row(), desk.actor, desk.book, everything=desk.scope.everything):
        raise PermissionDenied("subticket.use")
    return sub


def _show(
    request: HttpRequest,
    desk: Sitting,
    sub: SubTicket,
    *,
    tried: tuple[SubVerb, Any] | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    listed = []
    for verb in sub_verbs(sub, desk):
        mine = tried is not None and tried[0] is verb
        form = tried[1] if tried and mine else sub_form(verb, sub, desk)
        listed.append({"verb": verb, "form": form, "open": mine})
    if listed and not any(each["open"] for each in listed):
        listed[0]["open"] = True
    shown = {
        "desk": desk,
        "sub": sub,
        "ticket": Ticket.objects.filter(pk=sub.ticket).first(),
        "may_open": visible(desk.scope).filter(pk=sub.ticket).exists(),
        "purpose": w.PURPOSE_NAMES.get(sub.purpose, sub.purpose),
        "state": w.STATE_NAMES.get(sub.state, sub.state),
        "stance": w.STANCE_NAMES.get(sub.stance, ""),
        "verbs": listed,
        "tried": tried,
        "tried_form": tried[1] if tried else None,
        "refused": refused,
        "history": _story(timeline(sub.pk)),
        "open": sub.state in w.OPEN,
    }
    return render(request, "desk/asked_one.html", shown, status=status)


@dataclass(frozen=True, slots=True)
class SubLine:
    """One event of a sub-ticket: who, when, what, and the words written."""

    at: datetime
    who: str
    unit: str
    words: Any
    note: str


def _story(events: Sequence[Event]) -> list[SubLine]:
    """The events, newest first."""
    ordered = sorted(events, key=lambda event: -event.seq)
    return [
        SubLine(
            event.at,
            who(event),
            event.actor_unit,
            w.VERB_NAMES.get(event.verb, event.verb),
            str(event.changes.get(_NOTES.get(event.verb, ""), "") or event.detail.get("note", "")),
        )
        for event in ordered
    ]


_NOTES = {"send": "words", "interim": "interim", "give": "result", "refuse": "result"}


@dataclass(frozen=True, slots=True)
class SubRow:
    """A sub-ticket as the page of its ticket lists it. ``address`` is empty for who may not open it."""

    sub: SubTicket
    purpose: Any
    state: Any
    stance: Any
    address: str


def rows_of(ticket: Ticket, desk: Sitting) -> list[SubRow]:
    """The sub-tickets of a ticket. One SQL statement, none for a ticket that has asked nobody."""
    if not ticket.asked:
        return []
    return [
        SubRow(
            sub,
            w.PURPOSE_NAMES.get(sub.purpose, sub.purpose),
            w.STATE_NAMES.get(sub.state, sub.state),
            w.STANCE_NAMES.get(sub.stance, ""),
            reverse("asked_one", args=[sub.number])
            if may_see(sub.row(), desk.actor, desk.book, everything=desk.scope.everything)
            else "",
        )
        for sub in of_ticket(ticket.pk)
    ]
