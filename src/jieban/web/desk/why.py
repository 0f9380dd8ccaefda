"""Why a ticket was understood as it was, and what would change it: made anew when somebody looks.

Nothing of it is kept. A page does not wait for a reader in the making: it then shows the kept reasons.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from jieban.dispatch.ranker.effects import pairs_of
from jieban.dispatch.ranker.history import history_for
from jieban.dispatch.ranker.learned import learned_for
from jieban.dispatch.rules import place_at, propose
from jieban.dispatch.why.explain import matter_name
from jieban.dispatch.why.whatif import Proposer, what_if
from jieban.people.access import page
from jieban.reading.reader import Reader, reader_at_hand, reader_for
from jieban.reading.result import PlaceFound
from jieban.reading.why.carried import Why, why
from jieban.reading.why.spans import Span
from jieban.tickets.models import Ticket
from jieban.web.desk import changes, marks
from jieban.web.desk.learned import effects
from jieban.web.desk.sitting import Sitting, sitting, ticket_or_refuse


@dataclass(frozen=True, slots=True)
class Shown:
    """The words with their marks, what the marks mean, the reasons as a list, and what a reader must know.

    ``spans``: all of them, for the alternatives.
    """

    title: SafeString
    words: SafeString
    legend: list[tuple[str, Any]]
    told: list[marks.Told]
    learned: list[tuple[str, str]]
    note: str
    spans: tuple[Span, ...]


def shown(ticket: Ticket, desk: Sitting, categories: Iterable[str] = ()) -> Shown:
    """The reasons of a ticket for its page; with weights where the reader is at hand.

    ``categories``: further ones to be explained (those of the alternatives).
    """
    reader = reader_at_hand(desk.book)
    found = explained(ticket, reader, desk, categories) if reader else None
    return told_of(ticket, desk, found, reader)


def explained(ticket: Ticket, reader: Reader, desk: Sitting, categories: Iterable[str] = ()) -> Why:
    """The ticket's masked words read again today, with the words that carry each decision."""
    return why(
        reader,
        title_of(ticket),
        ticket.text,
        address=ticket.address,
        hint=_hint(ticket),
        on=desk.today,
        also=(_decided(ticket), *categories),
    )


def told_of(ticket: Ticket, desk: Sitting, found: Why | None, reader: Reader | None) -> Shown:
    """The kept reasons and those found now, together."""
    reasons = ticket.proposal.get("reasons", [])
    fields = {"title": ticket.title, "text": ticket.text}
    same = found is not None and (found.reading.title, found.reading.text) == (title_of(ticket), ticket.text)
    live = [span for span in found.spans if _fits(span, ticket)] if found and same else []
    spans = marks.shown_spans([*marks.of_reasons(fields, reasons), *live])
    return Shown(
        marks.marked(ticket.title, "title", spans, desk.book, desk.english),
        marks.marked(ticket.text, "text", spans, desk.book, desk.english),
        marks.legend(spans),
        marks.told(reasons, live, desk.book, desk.english),
        effects(ticket, desk.book, desk.english),
        _note(ticket, desk, found, reader),
        found.spans if found and same else (),
    )


def _fits(span: Span, ticket: Ticket) -> bool:
    """Whether a span found now speaks for what was decided of the ticket."""
    decided = {
        "category": _decided(ticket),
        "type": ticket.demand_type,
        "place": ticket.place_id or "",
        "secret": span.points_to,
    }
    if span.kind in ("danger", "alarm"):
        return ticket.danger
    wanted = decided.get(span.kind, "")
    return wanted == span.points_to or (span.kind == "category" and wanted.startswith(span.points_to))


def _decided(ticket: Ticket) -> str:
    """The category of the proposal, or what the ticket has."""
    candidates = ticket.proposal.get("candidates") or [{}]
    return str(candidates[0].get("category") or ticket.category_id or "")


def _hint(ticket: Ticket) -> str:
    """The channel's own name for the matter, as far as it is kept with the reasons."""
    quotes = (one["quote"] for one in ticket.proposal.get("reasons", ()) if one["kind"] == "hint")
    return str(next(quotes, ""))


def title_of(ticket: Ticket) -> str:
    """The title that the requester gave; one that was made of the words is none."""
    return "" if ticket.text.startswith(ticket.title) else ticket.title


def _note(ticket: Ticket, desk: Sitting, found: Why | None, reader: Reader | None) -> str:
    """What has changed since the ticket was read: another model, another reading."""
    if found is None or reader is None:
        return ""
    kept = ticket.proposal.get("model", "")
    today, then = found.reading.category, _decided(ticket)
    if then and today != then and today not in _read_then(ticket):
        what = matter_name(desk.book, today, desk.english) if today else _("not clear")
        return _("Read again today it would be: %(matter)s. What stands here goes by what was read then.") % {
            "matter": what
        }
    if kept and kept != reader.version:
        return _("Another model reads requests now than when this came in; it reads this one the same way.")
    return ""


def _read_then(ticket: Ticket) -> set[str]:
    """The categories that were read when the ticket came in; dispatch may have proposed another of them."""
    return {
        str(one["points_to"])
        for one in ticket.proposal.get("reasons", ())
        if one["kind"] in ("keyword", "hint", "model")
    }


@page("ticket.view")
@never_cache
@require_GET
def ticket_why(request: HttpRequest, number: str) -> HttpResponse:
    """The words with their marks, the reasons, and what would change it. Five SQL statements.

    Read up to 40 times again with other words: made only when somebody asks for it.
    """
    desk = sitting(request)
    ticket = ticket_or_refuse(desk, number)
    reader = reader_for(desk.book)
    found = explained(ticket, reader, desk)
    place = _chosen_place(ticket, desk, found)
    proposer = _proposer(ticket, desk, found)
    tried = what_if(reader, found, proposer, hint=_hint(ticket), on=desk.today, place=place)
    given = {
        "desk": desk,
        "ticket": ticket,
        "why": told_of(ticket, desk, found, reader),
        "same_title": not title_of(ticket),
        "changes": changes.told(tried, desk.book, desk.english),
    }
    return render(request, "desk/why.html", given)


def _proposer(ticket: Ticket, desk: Sitting, found: Why) -> Proposer:
    """What dispatch proposes today, with what it has learned. One SQL statement, once."""
    return partial(
        propose,
        book=desk.book,
        on=desk.today,
        channel=ticket.channel,
        learned=learned_for(desk.book),
        history=history_for(pairs_of(found.reading), desk.book, desk.now),
    )


def _chosen_place(ticket: Ticket, desk: Sitting, found: Why) -> PlaceFound | None:
    """The place of the ticket where a person has chosen another than the words say."""
    read = found.reading.place
    if not ticket.place_id or (read and read.code == ticket.place_id):
        return None
    return place_at(desk.book, ticket.place_id)
