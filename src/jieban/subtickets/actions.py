"""The only writers of sub-tickets. The ticket's own events are written by the rooms that ask (floor 4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.matters.actions import Opening, do_advance, do_open, new_number, series
from jieban.matters.actors import PLATFORM
from jieban.matters.many import do_advance_many
from jieban.matters.rules import Actor, NotPossible, Step
from jieban.subtickets.kind import SUBTICKET
from jieban.subtickets.models import SubTicket
from jieban.subtickets.queries import of_ticket, open_of
from jieban.subtickets.workflow import OPEN, OPINION, REFUSED, RETURNED, STANCES


class AskRefused(NotPossible):
    """The unit may not be asked this; the message names the rule."""

    reason = "ask_refused"


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of one unit. ``words`` must be masked already."""

    unit: str
    purpose: str
    words: str
    due_at: datetime
    party: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """On whose behalf something is asked: the ticket, the unit that asks, and who must keep out."""

    ticket: int
    ticket_number: str
    sender: str | None
    recused: tuple[str, ...] = ()
    simulated: bool = False


def do_send(
    asking: Asking, asks: Sequence[Ask], actor: Actor, *, now: datetime, book: Book
) -> list[SubTicket]:
    """Ask units for something that a ticket needs. Three SQL statements for all, inside the caller's
    transaction. Raises ``AskRefused`` for a unit that does not exist today or is recused.
    """
    return do_send_many([(asking, ask) for ask in asks], actor, now=now, book=book)


def do_send_many(
    sendings: Sequence[tuple[Asking, Ask]], actor: Actor, *, now: datetime, book: Book
) -> list[SubTicket]:
    """The same for several tickets at once; three SQL statements for all, none for none."""
    openings = [_opening(asking, ask, actor, now, book) for asking, ask in sendings]
    return [_as_sub(matter) for matter in do_open(SUBTICKET, openings)] if openings else []


def _opening(asking: Asking, ask: Ask, actor: Actor, now: datetime, book: Book) -> Opening:
    _check(ask, asking.recused, book, now)
    serial = series.take()
    first: dict[str, Any] = {
        "id": serial,
        "number": new_number(serial, now, book.identity.number_format),
        "opened_at": now,
        "ticket": asking.ticket,
        "ticket_number": asking.ticket_number,
        "purpose": ask.purpose,
        "sender_id": asking.sender,
        "party": ask.party,
        "recused": list(asking.recused),
        "simulated": asking.simulated,
    }
    changes = {
        "lead_id": ask.unit,
        "words": ask.words,
        "due_at": ask.due_at,
        "clock": "asked",
        "clock_at": ask.due_at,
    }
    return Opening(first, (Step("send", actor, now, changes),))


def _check(ask: Ask, recused: Sequence[str], book: Book, now: datetime) -> None:
    unit = book.units.get(ask.unit)
    if unit is None or not unit.in_force(local_day(book, now)):
        raise AskRefused(_("There is no such unit today"))
    if unit.code in recused:
        raise AskRefused(_("%(unit)s is recused from this ticket") % {"unit": unit.name})
    if not ask.words.strip():
        raise AskRefused(_("Write what is asked of the unit"))


def do_sign(sub: SubTicket, actor: Actor, *, now: datetime) -> SubTicket:
    """The unit confirms that it has the request (签收). Two SQL statements."""
    return _advance(sub, Step("sign", actor, now, {"signed_at": now}))


def do_interim(sub: SubTicket, words: str, actor: Actor, *, now: datetime) -> SubTicket:
    """The unit tells how far it is (阶段性进展, Art. 14). ``words`` must be masked already."""
    _required(words, _("Write in a sentence how far it is"))
    changes = {"interim": words, "signed_at": sub.signed_at or now}
    return _advance(sub, Step("interim", actor, now, changes))


def do_give(
    sub: SubTicket, result: str, actor: Actor, *, now: datetime, stance: str = "", points_to: str = ""
) -> SubTicket:
    """The unit gives its result to whoever asked (Art. 14). ``result`` must be masked already.

    An opinion (Art. 12) takes a ``stance``, and in ``points_to`` the code of the unit whose duty it is.
    """
    if sub.purpose == OPINION:
        _required(stance if stance in STANCES else "", _("Say whose duty it is: yours, or not"))
        _required(result, _("Give your reasons: which rule makes it your duty, or another unit's"))
    _required(result, _("Write what came of it; the lead builds its reply on this"))
    said = {"stance": stance, "points_to": points_to} if sub.purpose == OPINION else {}
    return _advance(sub, Step("give", actor, now, _back(sub, result, now) | said))


def do_refuse(sub: SubTicket, reasons: str, actor: Actor, *, now: datetime) -> SubTicket:
    """The unit cannot do it and gives its reasons (Art. 14). ``reasons`` must be masked already."""
    _required(reasons, _("Give the reasons, and what was done so far"))
    return _advance(sub, Step("refuse", actor, now, _back(sub, reasons, now)))


def do_accept(sub: SubTicket, actor: Actor, *, now: datetime) -> SubTicket:
    """Whoever asked takes the result."""
    return _advance(sub, Step("accept", actor, now, {"closed_at": now}))


def do_send_back(sub: SubTicket, words: str, due_at: datetime, actor: Actor, *, now: datetime) -> SubTicket:
    """Whoever asked needs more than came back, until ``due_at``. ``words`` must be masked already."""
    _required(words, _("Tell the unit what is missing"))
    changes = {"returned_at": None, **_until(due_at)}
    return _advance(sub, Step("send_back", actor, now, changes, {"note": words}))


def do_withdraw(sub: SubTicket, actor: Actor, *, now: datetime) -> SubTicket:
    """What was asked is not needed any more."""
    return _advance(sub, Step("withdraw", actor, now, {"closed_at": now, "clock": "", "clock_at": None}))


def do_prolong(sub: SubTicket, due_at: datetime, actor: Actor, *, now: datetime) -> SubTicket:
    """Whoever asked gives more time."""
    return _advance(sub, Step("prolong", actor, now, _until(due_at)))


def do_end_all(ticket: int, *, now: datetime, keep: Collection[str] = ()) -> int:
    """Settle all that is open for a ticket whose lead changes or that is closed; gives how many.

    ``keep``: purposes that go on under the next lead.
    What has come back counts as taken, what is still owed is not needed any more (Art. 14). At most
    five SQL statements, however many there are; one when nothing is open.
    """
    ended = [sub for sub in open_of(ticket) if sub.purpose not in keep]
    if not ended:
        return 0
    columns = {"closed_at": now, "clock": "", "clock_at": None}
    came_back = (RETURNED, REFUSED)
    moves = [
        (sub, (Step("accept" if sub.state in came_back else "withdraw", PLATFORM, now, columns),))
        for sub in ended
    ]
    do_advance_many(SUBTICKET, moves)
    return len(ended)


def do_keep_out(ticket: int, recused: Sequence[str], *, now: datetime) -> None:
    """Whoever is recused from a ticket (回避, Art. 8) sees nothing more of what was asked for it.

    What is still open with such a unit is withdrawn. At most seven SQL statements.
    """
    moves = []
    for sub in of_ticket(ticket):
        steps = [Step("keep_out", PLATFORM, now, {"recused": list(recused)})]
        if sub.lead_id in recused and sub.state in OPEN:
            ended = {"closed_at": now, "clock": "", "clock_at": None}
            steps.insert(0, Step("withdraw", PLATFORM, now, ended))
        if len(steps) > 1 or sorted(sub.recused) != sorted(recused):
            moves.append((sub, steps))
    if moves:
        do_advance_many(SUBTICKET, moves)


def do_mark_late(sub: SubTicket, actor: Actor, *, now: datetime) -> SubTicket:
    """The limit has passed without a result; the unit still owes it."""
    return _advance(sub, Step("late", actor, now, {"overdue": True, "clock": "", "clock_at": None}))


def _until(due_at: datetime) -> dict[str, Any]:
    return {"due_at": due_at, "clock": "asked", "clock_at": due_at}


def _back(sub: SubTicket, result: str, now: datetime) -> dict[str, Any]:
    return {
        "result": result,
        "returned_at": now,
        "signed_at": sub.signed_at or now,
        "clock": "",
        "clock_at": None,
    }


def _required(words: str, remedy: str) -> None:
    if not words.strip():
        raise AskRefused(remedy)


def _advance(sub: SubTicket, step: Step) -> SubTicket:
    return _as_sub(do_advance(SUBTICKET, sub, step))


def _as_sub(matter: object) -> SubTicket:
    assert isinstance(matter, SubTicket)
    return matter
