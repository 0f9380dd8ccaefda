"""Names of places that the city learns: what requesters said, where a person put it, the decision."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban.city.naming import (
    Decider,
    NameRefused,
    do_approve_name,
    do_propose_name,
    do_reject_name,
    name_proposals,
    namesakes,
)
from jieban.city.naming_models import PROPOSED, NameProposal
from jieban.dispatch.why.explain import place_words
from jieban.people.access import page
from jieban.people.roles import Role
from jieban.reading.place.unknown import kind_of_name
from jieban.reading.reader import reader_at_hand
from jieban.tickets.models import Ticket
from jieban.web.desk.sitting import Sitting, sitting


@page("catalogue.propose")
@never_cache
@require_GET
def place_names(request: HttpRequest) -> HttpResponse:
    """The names that were proposed, those that wait first. One SQL statement besides the frame's."""
    return _show(request, sitting(request))


@page("reference.change")
@never_cache
@require_POST
def decide_name(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner of the rules approves or rejects a name."""
    desk = sitting(request)
    if Role.RULE_OWNER not in desk.roles:
        raise PermissionDenied("reference.change")
    found = NameProposal.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    who, decision = Decider(desk.actor.id, desk.actor.name), request.POST.get("decision", "")
    try:
        if decision == "approve":
            do_approve_name(found, who, now=desk.now, book=desk.book)
            messages.success(request, _("Learned. From now on this name is understood."))
        elif decision == "reject":
            do_reject_name(found, who, now=desk.now)
            messages.success(request, _("Rejected. The name stays unknown."))
        else:
            return _show(request, desk, refused=_("Choose one of the buttons below the form."), status=422)
    except NameRefused as error:
        return _show(request, desk, refused=_why(error), status=422)
    return redirect("place_names")


def _show(request: HttpRequest, desk: Sitting, *, refused: str = "", status: int = 200) -> HttpResponse:
    found = name_proposals()
    same = namesakes([one.name for one in found if one.state == PROPOSED], desk.book, desk.today)
    rows = [
        {
            "proposal": one,
            "place": place_words(desk.book, one.place, desk.english),
            "others": [place_words(desk.book, code, desk.english) for code in same.get(one.name, ())],
            "mine": one.proposed_by == desk.actor.id,
        }
        for one in found
    ]
    shown = {"desk": desk, "rows": rows, "refused": refused, "may_decide": Role.RULE_OWNER in desk.roles}
    return render(request, "desk/place_names.html", shown, status=status)


def unknown_words(ticket: Ticket, desk: Sitting) -> str:
    """The requester's words for a place that is not known; "" where the place is clear, or the reader is
    still in the making. No SQL statement."""
    reader = reader_at_hand(desk.book) if not ticket.street else None
    if reader is None:
        return ""
    text = ticket.text.removeprefix(ticket.title)
    return reader.read(ticket.title, text, address=ticket.address).unknown_place


def learn_place(said: str, place: str, ticket: Ticket, desk: Sitting) -> bool:
    """Propose ``said`` as a name of the place that the dispatcher chose; False where that teaches nothing."""
    if not said or not place:
        return False
    who = Decider(desk.actor.id, desk.actor.name)
    try:
        do_propose_name(
            said, place, kind_of_name(said), who, ticket=ticket.number, now=desk.now, book=desk.book
        )
    except NameRefused:
        return False
    return True


def _why(error: NameRefused) -> str:
    return {
        "decided": _("Somebody has decided on this name already."),
        "own": _("You proposed this name, so somebody else decides on it."),
    }.get(error.reason, _("The city could not work with this name. Look at the reference data."))
