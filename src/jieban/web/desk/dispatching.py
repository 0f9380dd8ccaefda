"""The dispatcher's desk: the next ticket, the unit proposed and why, one key to agree.

Every action answers with the next ticket in the same place; who was overtaken is told by whom.
"""

from __future__ import annotations

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

from jieban.dispatch.actions import Choice, do_dispatch
from jieban.dispatch.rules import QUEUES
from jieban.intake.asking import answers_told, missing_words
from jieban.intake.places import districts, streets
from jieban.matters.actions import Overtaken
from jieban.matters.queries import attachments
from jieban.matters.rules import NotPossible, NotYours
from jieban.people.access import page
from jieban.tickets.models import Ticket
from jieban.tickets.queries import queue_counts
from jieban.tickets.workflow import HANDED_OVER, WAITING
from jieban.web.desk import claims, marks, queries, suggestion, why
from jieban.web.desk.acting import Tried, say_verb
from jieban.web.desk.place_names import learn_place, unknown_words
from jieban.web.desk.refusals import overtaken_words, refusal_words, seen
from jieban.web.desk.sitting import Sitting, sitting, ticket_or_refuse
from jieban.web.desk.suggestion import Chosen
from jieban.web.desk.verbs import VERBS, form_of, verbs_for
from jieban.web.desk.verbs.intake import branches
from jieban.web.desk.words import WHY_WAITING, frequency_words, sentences
from jieban.web.words import unit_words, when_words

AT_THE_DESK = ("acknowledge", "take_back", "hand_over", "same", "new_fact", "split", "answer", "explain")
"""The verbs that a dispatcher says without leaving the desk, as far as the ticket offers them."""
MOST_SKIPPED = 30


@page("ticket.dispatch")
@never_cache
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The next ticket that waits. Six SQL statements (one more for photos)."""
    at = sitting(request)
    ahead = queries.waiting(at.scope, _skipped(request), book=at.book, now=at.now)
    ticket = claims.next_free(ahead, at.account.pk)
    if ticket is None:
        shown = {"desk": at, "queues": _queues(), "skipped": _skipped(request)}
        return render(request, "desk/dispatch_empty.html", shown)
    return _show(request, at, ticket)


@page("ticket.dispatch")
@never_cache
@require_GET
def at_ticket(request: HttpRequest, number: str) -> HttpResponse:
    """One ticket at the desk, chosen by its number. Six SQL statements (one more for photos)."""
    at = sitting(request)
    ticket = ticket_or_refuse(at, number)
    if ticket.state not in (WAITING, HANDED_OVER):
        messages.info(request, _("This ticket does not wait for dispatch any more."))
        return redirect("ticket", number=number)
    return _show(request, at, ticket)


@page("ticket.dispatch")
@never_cache
@require_POST
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Send the ticket to the unit that was chosen, then show the next one."""
    at = sitting(request)
    ticket = ticket_or_refuse(at, number)
    given = request.POST
    choice = Choice(
        given.get("unit", ""),
        given.get("category", ""),
        given.get("place", ""),
        note=given.get("note", "")[:500],
        industry=given.get("industry", ""),
    )
    said = unknown_words(ticket, at) if choice.place else ""
    try:
        seen(ticket, given.get("version", ""))
        ticket = do_dispatch(ticket, choice, at.actor, now=at.now, book=at.book)
    except Overtaken as error:
        return _overtaken(request, error)
    except NotYours as error:
        raise PermissionDenied from error
    except NotPossible as error:
        return _show(request, at, ticket, refused=refusal_words(error), status=422)
    messages.success(request, _sent_words(at, ticket))
    if learn_place(said, choice.place, ticket, at):
        messages.info(
            request, _("“%(name)s” is proposed as a name of this place (Names of places).") % {"name": said}
        )
    return _onward(request, ticket)


def _sent_words(at: Sitting, ticket: Ticket) -> str:
    return _(
        "Sent to %(unit)s, due %(when)s. Wrong unit? It can object, and somebody other than you rules on it."
    ) % {
        "unit": unit_words(at.book, ticket.lead_id, at.english),
        "when": when_words(ticket.due_at, at.now) if ticket.due_at else "",
    }


@page("ticket.dispatch")
@never_cache
@require_POST
def say(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Say one of the desk's verbs, then show the next ticket."""
    if verb not in AT_THE_DESK:
        raise Http404
    at = sitting(request)
    ticket = ticket_or_refuse(at, number)
    tried = say_verb(request, at, ticket, VERBS[verb])
    if tried.overtaken is not None:
        return _overtaken(request, tried.overtaken)
    if not tried.done:
        return _show(request, at, ticket, tried=tried, status=422)
    messages.success(request, tried.done)
    if verb == "split":  # what is left of it still waits for a unit
        return redirect("dispatch_ticket", number=number)
    return _onward(request, ticket)


def _overtaken(request: HttpRequest, error: Overtaken) -> HttpResponse:
    next_one = _("Nothing of yours was changed; here is the next ticket.")
    messages.info(request, sentences(overtaken_words(error), next_one))
    return redirect(_address(request))


def _onward(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    claims.let_go(ticket)
    return redirect(_address(request))


def _queues() -> list[tuple[str, int]]:
    """The queues in which something waits, the most urgent first. One SQL statement."""
    counts = queue_counts()
    return [(queue, counts[queue]) for queue in QUEUES if counts.get(queue)]


def _skipped(request: HttpRequest) -> list[str]:
    given = request.POST if request.method == "POST" else request.GET
    return [number for number in given.get("skip", "").split(".") if number.isdigit()][-MOST_SKIPPED:]


def _address(request: HttpRequest, *more: str) -> str:
    skipped = [*_skipped(request), *more]
    return reverse("dispatch_desk") + (f"?{urlencode({'skip': '.'.join(skipped)})}" if skipped else "")


def _chosen(request: HttpRequest, at: Sitting) -> Chosen:
    """What the dispatcher has changed; a street that lies in another district is passed over."""
    given = request.POST if request.method == "POST" else request.GET
    category, place = given.get("category", ""), given.get("place", "")
    district, street = given.get("district", ""), given.get("street", "")
    if not place and district:
        inside = street and at.book.place_at(street, "district")
        place = street if inside and inside.code == district else district
    book = at.book
    return Chosen(category if category in book.categories else "", place if place in book.places else "")


def _show(
    request: HttpRequest,
    at: Sitting,
    ticket: Ticket,
    *,
    refused: str = "",
    tried: Tried | None = None,
    status: int = 200,
) -> HttpResponse:
    chosen = _chosen(request, at)
    options = suggestion.options(ticket, chosen, at.book, at.now)
    because = why.shown(ticket, at, [option.category for option in options])
    offered = verbs_for(ticket, at)
    forms = {
        name: tried.form if tried and tried.verb == name else form_of(VERBS[name], ticket, at)
        for name in AT_THE_DESK
        if VERBS[name] in offered
    }
    shown = {
        "desk": at,
        "ticket": ticket,
        "refused": refused,
        "tried": tried,
        "why": because,
        "same_title": ticket.text.startswith(ticket.title),
        "waits": _waits(ticket, at),
        "call": ticket.proposal.get("call", ""),
        "best": options[0] if options else None,
        "others": [(option, marks.speaking(because.spans, option.category)) for option in options[1:]],
        "how_sure": _how_sure(ticket, options, at),
        "chosen": chosen,
        "verbs": [(VERBS[name], form) for name, form in forms.items()],
        "branches": branches(at),
        "queues": _queues(),
        "told": answers_told(ticket.answers, at.book, at.english),
        "missing": missing_words(ticket, at.book, at.today, at.english),
        "photos": attachments(ticket.pk) if ticket.photos else [],
        "same": queries.of_requester(at.scope, ticket.requester, but=ticket.pk),
        "skip": ".".join(_skipped(request)),
        "skip_address": _address(request, ticket.number),
        **_searches(request, at, ticket, chosen),
    }
    return render(request, "desk/dispatch.html", shown, status=status)


def _how_sure(ticket: Ticket, options: list[suggestion.Option], at: Sitting) -> str:
    """What the confidence of the best unit means, and from which on it would have gone by itself."""
    if not options or options[0].percent is None:
        return ""
    sending = suggestion.sending_words(ticket, at.book, at.today)
    return sentences(frequency_words(options[0].percent), sending)


def _waits(ticket: Ticket, at: Sitting) -> str:
    """Why the ticket waits; for a place that is not known, with the requester's words for it."""
    why_queue = ticket.proposal.get("why_queue", "")
    said = unknown_words(ticket, at) if why_queue == "no_place" else ""
    if said:
        return _("The place is not clear enough; ask in which district and street “%(name)s” is.") % {
            "name": said
        }
    return str(WHY_WAITING.get(why_queue, ""))


def _searches(request: HttpRequest, at: Sitting, ticket: Ticket, chosen: Chosen) -> dict[str, Any]:
    """The searches for another unit, matter or place, as far as something was asked."""
    unit_query, matter_query = request.GET.get("q", ""), request.GET.get("c", "")
    district, street = suggestion.known_place(at.book, ticket, chosen)
    return {
        "q": unit_query,
        "c": matter_query,
        "units": suggestion.find_units(at.book, unit_query, at.today, district),
        "matters": suggestion.find_categories(at.book, matter_query, at.today),
        "district": district,
        "street": street,
        "districts": districts(at.book, at.today),
        "streets": streets(at.book, district, at.today) if district else [],
    }
