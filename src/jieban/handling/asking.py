"""The lead asks others: assistance, internal work, a higher level (Ordinance Art. 14, 17, 20).

The first receiver leads and may not push away; whom it asks gets a sub-ticket with a clock inside the
ticket's own. Communities help only with what stands on their list (Art. 17).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.rows import ASSISTING_KINDS, Unit
from jieban.city.units import superiors
from jieban.dispatch.along import asking
from jieban.handling.actions import HandlingRefused
from jieban.matters.rules import Actor
from jieban.reading.privacy.notes import masked_by_staff
from jieban.subtickets.actions import Ask, AskRefused, do_send
from jieban.subtickets.queries import open_of
from jieban.subtickets.rules import answer_by
from jieban.subtickets.workflow import ASSIST, ESCALATION, INTERNAL
from jieban.tickets import workflow as w
from jieban.tickets.actions import say
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket

HOURS = {ASSIST: "assist.hours", INTERNAL: "assist.hours", ESCALATION: "escalation.hours"}
"""Purpose -> the rule that says within how many hours the unit answers, unless the asker says."""


def do_ask(
    ticket: Ticket,
    units: Sequence[str],
    words: str,
    purpose: str,
    actor: Actor,
    *,
    now: datetime,
    book: Book,
    until: datetime | None = None,
) -> Ticket:
    """Ask other units to assist (协办, ``ASSIST``) or one's own to work (内部派单, ``INTERNAL``), Art. 14.

    ``until``: by when, as usual after ``assist.hours``; never after the ticket's own limit. At most
    seven SQL statements. Raises ``HandlingRefused`` naming the article, ``AskRefused`` and the refusals
    of the engine.
    """
    TICKET.workflow.transition(ticket.state, "ask")
    on, wanted = local_day(book, now), list(dict.fromkeys(units))
    if purpose not in (ASSIST, INTERNAL):
        raise HandlingRefused(_("Say whether you ask another unit or your own"))
    most = int(book.rule("assist.max_units", on))
    if not 1 <= len(wanted) <= most:
        raise HandlingRefused(_("Choose between one and %(most)s units") % {"most": most})
    for code in wanted:
        _check(ticket, _unit(book, code, on), purpose, book, on)
    return _ask(ticket, wanted, words, purpose, actor, until, now=now, book=book)


def _check(ticket: Ticket, unit: Unit, purpose: str, book: Book, on: date) -> None:
    """Refuse whom this purpose may not go to, naming the article."""
    name = {"unit": unit.name}
    if unit.kind == "community" and not on_community_list(book, ticket.category_id or "", on):
        raise HandlingRefused(
            _("This matter is not on the list of what communities do, so %(unit)s may not be asked (Art. 17)")
            % name
        )
    inner = unit.parent == ticket.lead_id and unit.kind in ASSISTING_KINDS
    if purpose == INTERNAL and not inner:
        raise HandlingRefused(
            _("%(unit)s is not yours: internal work goes to your own offices, communities and companies")
            % name
        )
    if purpose == ASSIST and unit.kind in ("office", "property"):
        raise HandlingRefused(_("%(unit)s works for its street alone: ask the street (Art. 14)") % name)
    if purpose == ASSIST and unit.kind in ("hotline", "city_government"):
        raise HandlingRefused(
            _("%(unit)s does not assist: report what you cannot solve to the higher level (Art. 20)") % name
        )


def do_escalate(
    ticket: Ticket,
    to: str,
    words: str,
    actor: Actor,
    *,
    now: datetime,
    book: Book,
    until: datetime | None = None,
) -> Ticket:
    """Report what the unit cannot solve (提级、报请, Art. 20); the higher level gives its opinion and acts.

    To its district, a department of the city, or the city. At most seven SQL statements.
    """
    TICKET.workflow.transition(ticket.state, "ask")
    on = local_day(book, now)
    unit = _unit(book, to, on)
    if unit.code not in {one.code for one in higher_levels(ticket, book, on)}:
        raise HandlingRefused(
            _("%(unit)s is not above you: choose your district, a city department or the city (Art. 20)")
            % {"unit": unit.name}
        )
    marks = [*ticket.marks, *(("escalated",) if "escalated" not in ticket.marks else ())]
    return _ask(ticket, [to], words, ESCALATION, actor, until, now=now, book=book, more={"marks": marks})


def _ask(
    ticket: Ticket,
    units: list[str],
    words: str,
    purpose: str,
    actor: Actor,
    until: datetime | None,
    *,
    now: datetime,
    book: Book,
    more: dict[str, Any] | None = None,
) -> Ticket:
    hours = timedelta(hours=float(book.rule(HOURS[purpose], local_day(book, now))))
    if until is not None and until <= now:
        raise HandlingRefused(_("The unit needs time: choose a moment to come"))
    due = answer_by(until, now + hours, ticket.due_at if ticket.state in w.RUNNING else None)
    _refuse_twice(ticket, units, purpose, book)
    said = masked_by_staff(words)
    changes = {
        "asked": ticket.asked + len(units),
        "assist": list(dict.fromkeys((*ticket.assist, *units))),
        **(more or {}),
    }
    detail = {"units": units, "purpose": purpose, "note": said, "until": due.isoformat()}
    sender = asking(ticket, ticket.lead_id)
    with transaction.atomic():
        ticket = say(ticket, "ask", actor, now, changes, detail, book=book)
        do_send(sender, [Ask(code, purpose, said, due) for code in units], actor, now=now, book=book)
    return ticket


def _refuse_twice(ticket: Ticket, units: list[str], purpose: str, book: Book) -> None:
    """One SQL statement, none where nothing was asked before."""
    waiting = {(sub.lead_id, sub.purpose) for sub in open_of(ticket.pk)} if ticket.asked else set()
    for code in units:
        if (code, purpose) in waiting:
            raise AskRefused(
                _("%(unit)s has been asked already and has not answered yet")
                % {"unit": book.units[code].name}
            )


def _unit(book: Book, code: str, on: date) -> Unit:
    unit = book.units.get(code)
    if unit is None or not unit.in_force(on):
        raise AskRefused(_("There is no such unit today"))
    return unit


def on_community_list(book: Book, category: str, on: date) -> bool:
    """Whether communities may be asked to help with this matter (社区职责清单, Art. 17)."""
    listed = [code for row in book.current("community_duties", on) for code in row.categories]
    return bool(category) and any(category.startswith(code) for code in listed)


def inner_units(ticket: Ticket, book: Book, on: date) -> list[Unit]:
    """The offices, companies and communities of the lead that may be asked about this matter."""
    may_ask_communities = on_community_list(book, ticket.category_id or "", on)
    found = [
        unit
        for unit in book.units.values()
        if unit.parent == ticket.lead_id and unit.kind in ASSISTING_KINDS and unit.in_force(on)
    ]
    return [unit for unit in found if unit.kind != "community" or may_ask_communities]


def higher_levels(ticket: Ticket, book: Book, on: date) -> list[Unit]:
    """To whom the lead may report (Art. 20): its district, the departments of the city, the city itself."""
    lead = book.units.get(ticket.lead_id or "")
    if lead is None:
        return []
    above = [unit for unit in superiors(book, lead.code) if unit.kind in ("district", "city_government")]
    line = lead.line if lead.kind == "district_department" else ""
    departments = [
        unit
        for unit in book.tables["units"]
        if unit.kind in ("department", "service_department") and unit.code != lead.code and unit.in_force(on)
    ]
    departments.sort(key=lambda unit: unit.line != line)
    return [*above[:-1], *departments, *above[-1:]]
