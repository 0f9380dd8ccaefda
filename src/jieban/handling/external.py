"""The lead asks a body outside the city's command for support (央地、军地协同; Ordinance Art. 22).

One door out and one door in (统进统出): what is asked goes to the unit that coordinates such bodies, and
only that unit brings the result back. It is entered in the ledger of what the city asks, the other side
of the double ledger (双台账).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.law import Ledger, Party
from jieban.dispatch.along import asking
from jieban.handling.actions import HandlingRefused
from jieban.matters.rules import Actor
from jieban.reading.privacy.notes import masked_by_staff
from jieban.subtickets.actions import Ask, AskRefused, do_send
from jieban.subtickets.queries import open_of
from jieban.subtickets.rules import answer_by
from jieban.subtickets.workflow import EXTERNAL
from jieban.tickets import workflow as w
from jieban.tickets.actions import say
from jieban.tickets.kind import TICKET
from jieban.tickets.ledgers import ledger_for_asking
from jieban.tickets.models import Ticket


def do_ask_external(
    ticket: Ticket,
    party: str,
    words: str,
    actor: Actor,
    *,
    now: datetime,
    book: Book,
    until: datetime | None = None,
) -> Ticket:
    """Ask the body ``party`` for support, through the unit that coordinates such bodies (Art. 22).

    Due after ``external.hours`` unless ``until`` says so, never after the ticket's own limit. At most
    seven SQL statements. Raises ``HandlingRefused`` naming the article, ``AskRefused`` where it was asked
    already, and the refusals of the engine.
    """
    TICKET.workflow.transition(ticket.state, "ask")
    on = local_day(book, now)
    body, ledger = way_out(book, on, party)
    if until is not None and until <= now:
        raise HandlingRefused(_("The unit needs time: choose a moment to come"))
    waiting = open_of(ticket.pk) if ticket.asked else []
    if any(sub.purpose == EXTERNAL and sub.party == body.code for sub in waiting):
        raise AskRefused(
            _("%(body)s has been asked already; the answer comes through its coordinator")
            % {"body": body.name}
        )
    hours = timedelta(hours=float(book.rule("external.hours", on)))
    due = answer_by(until, now + hours, ticket.due_at if ticket.state in w.RUNNING else None)
    said = masked_by_staff(words)
    changes = {
        "asked": ticket.asked + 1,
        "assist": list(dict.fromkeys((*ticket.assist, ledger.coordinator))),
        "ledgers": list(dict.fromkeys((*ticket.ledgers, ledger.code))),
    }
    detail = {
        "units": [ledger.coordinator],
        "purpose": EXTERNAL,
        "party": body.code,
        "ledger": ledger.code,
        "note": said,
        "until": due.isoformat(),
    }
    sender = asking(ticket, ticket.lead_id)
    with transaction.atomic():
        ticket = say(ticket, "ask", actor, now, changes, detail, book=book)
        ask = Ask(ledger.coordinator, EXTERNAL, said, due, party=body.code)
        do_send(sender, [ask], actor, now=now, book=book)
    return ticket


def way_out(book: Book, on: date, party: str) -> tuple[Party, Ledger]:
    """The body and the ledger through whose coordinator it is asked. Raises ``HandlingRefused``."""
    body: Party | None = next((row for row in book.current("parties", on) if row.code == party), None)
    if body is None:
        raise HandlingRefused(_("Choose one of the bodies on the list (Art. 22)"))
    ledger = ledger_for_asking(book, on, body)
    if ledger is None or not ledger.coordinator:
        raise HandlingRefused(
            _("No unit coordinates bodies of this kind: report it to the higher level instead (Art. 20)")
        )
    return body, ledger


def bodies(book: Book, on: date) -> list[Party]:
    """The bodies that can be asked: those whose kind has a coordinator."""
    found = []
    for row in book.current("parties", on):
        ledger = ledger_for_asking(book, on, row)
        if ledger is not None and ledger.coordinator:
            found.append(row)
    return found
