"""Common matters by heat, and the decisions about them: accept, decline, split, merge."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban.dispatch.events import clusters, heat, suggesting
from jieban.dispatch.events.models import JoinBar
from jieban.matters.actions import Overtaken
from jieban.matters.rules import NotPossible
from jieban.people.access import page
from jieban.people.roles import Role
from jieban.tickets.models import Cluster, Ticket
from jieban.web.desk.refusals import refusal_words
from jieban.web.desk.sitting import Sitting, sitting

DECIDERS = frozenset({Role.DISPATCHER, Role.SUPERVISOR})
"""Who decides on suggestions and splits: the permission ``ticket.dispatch``."""
BARS_SHOWN = 20


@page("cluster.use")
@never_cache
@require_GET
def hot(request: HttpRequest) -> HttpResponse:
    """The common matters of the last four weeks, the hottest first. At most six SQL statements."""
    desk = sitting(request)
    rows = heat.hottest(desk.scope, now=desk.now, book=desk.book)
    shown = {
        "desk": desk,
        "rows": rows,
        "many": int(desk.book.rule("cluster.min_tickets", desk.today)),
        "decides": bool(desk.roles & DECIDERS),
    }
    return render(request, "desk/events.html", shown)


@page("ticket.dispatch")
@never_cache
@require_GET
def suggestions(request: HttpRequest) -> HttpResponse:
    """What may be one event, with the reasons. Six SQL statements at most."""
    desk = sitting(request)
    found = suggesting.listed(desk.scope)
    tickets = Ticket.objects.in_bulk({pk for one in found for pk in (one.ticket, one.other)}) if found else {}
    pairs = [
        (one, tickets[one.ticket], tickets[one.other])
        for one in found
        if one.ticket in tickets and one.other in tickets
    ]
    bars = list(JoinBar.objects.order_by("-id")[:BARS_SHOWN])
    return render(request, "desk/event_suggestions.html", {"desk": desk, "pairs": pairs, "bars": bars})


@page("ticket.dispatch")
@never_cache
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """It is one event: the two are joined."""
    desk = sitting(request)
    return _decided(
        request,
        lambda: suggesting.do_accept(pk, desk.actor, now=desk.now, book=desk.book),
        _("Joined. Each requester keeps his own ticket and is asked himself."),
    )


@page("ticket.dispatch")
@never_cache
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """It is another matter: nothing is joined, and the two matters are not suggested again."""
    desk = sitting(request)
    note = request.POST.get("note", "")[:300]
    return _decided(
        request,
        lambda: suggesting.do_decline(pk, note, desk.actor, now=desk.now),
        _("Noted: these two matters will not be suggested again."),
    )


def _decided(request: HttpRequest, do: Callable[[], object], said: str) -> HttpResponse:
    try:
        do()
    except Overtaken as error:
        messages.warning(request, str(error))
    except NotPossible as error:
        messages.warning(request, refusal_words(error))
    else:
        messages.success(request, said)
    return redirect("event_suggestions")


@page("ticket.dispatch")
@never_cache
@require_POST
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the ticked members out of a common matter."""
    desk = sitting(request)
    members = clusters.members(desk.scope, pk)
    gone = [one for one in members if one.number in set(request.POST.getlist("number"))]
    why = request.POST.get("why", "")[:300]
    return _changed(
        request,
        pk,
        lambda: len(heat.do_split(members, gone, why, desk.actor, now=desk.now)),
        lambda n: ngettext(
            "%(n)s ticket stands by itself again.", "%(n)s tickets stand by themselves again.", n
        ),
    )


@page("ticket.dispatch")
@never_cache
@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the open members of another common matter, named by one of its tickets, into this one."""
    desk = sitting(request)
    return _changed(
        request,
        pk,
        lambda: _merge(
            desk, pk, request.POST.get("number", "")[:40].strip(), request.POST.get("why", "")[:300]
        ),
        lambda n: ngettext("%(n)s ticket came over.", "%(n)s tickets came over.", n),
    )


def _merge(desk: Sitting, pk: int, number: str, why: str) -> int:
    """Merge by the number of a ticket. Raises ``ClusterRefused`` for a number that is none."""
    other = Ticket.objects.filter(number=number).exclude(cluster=None).only("cluster").first()
    both = Cluster.objects.in_bulk([pk, other.cluster or 0]) if other else {}
    if other is None or pk not in both or other.cluster not in both:
        raise clusters.ClusterRefused(_("No common matter has a ticket with this number"))
    return heat.do_merge(both[pk], both[other.cluster], why, desk.actor, now=desk.now)


def _changed(
    request: HttpRequest, pk: int, do: Callable[[], int], said: Callable[[int], str]
) -> HttpResponse:
    try:
        count = do()
    except Overtaken as error:
        messages.warning(request, str(error))
    except NotPossible as error:
        messages.warning(request, refusal_words(error))
    else:
        messages.success(request, said(count) % {"n": count})
    if not Ticket.objects.filter(cluster=pk).exists():
        return redirect("events_hot")
    return redirect("cluster", pk=pk)
