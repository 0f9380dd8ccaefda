"""A ruling teaches the catalogue (Ordinance Art. 11 ¶2: the catalogue is adjusted dynamically).

Where a ticket went elsewhere than the catalogue says, one click proposes that the catalogue should say
so from a day on. The owner of the rules sees what the last days would have been, and decides; a
proposal never decides itself, and whoever made it does not approve it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.catalogue import rows_for
from jieban.city.clock import local_day
from jieban.city.editing import CatalogueChange, EditRefused, do_change_catalogue
from jieban.city.rows import CatalogueRow, Unit
from jieban.dispatch.actions import DispatchRefused
from jieban.dispatch.models import APPROVED, PROPOSED, REJECTED, CatalogueProposal
from jieban.dispatch.rules import place_at
from jieban.matters.rules import Actor
from jieban.reading.privacy.notes import masked_by_staff
from jieban.tickets.models import Ticket


def selector_for(unit: Unit) -> str:
    """How the catalogue names this unit for every place alike, so that the lesson is not for one street."""
    if unit.kind in ("street", "district"):
        return unit.kind
    if unit.kind == "district_department":
        return f"district:{unit.line}"
    if unit.kind in ("department", "service_department"):
        return f"city:{unit.line}"
    return f"unit:{unit.code}"


def present_row(ticket: Ticket, book: Book, on: date) -> tuple[CatalogueRow | None, str]:
    """The row by which this matter goes today, and how far the place is known."""
    place = place_at(book, ticket.place_id or ticket.street or ticket.district)
    level = "street" if place and place.street else "district" if place and place.district else "city"
    rows = rows_for(book, ticket.category_id or "", level, on)
    return (rows[0] if rows else None), level


def differs(ticket: Ticket, book: Book, on: date) -> bool:
    """Whether the ticket lies with another unit than the catalogue names: then it could teach it."""
    unit = book.units.get(ticket.lead_id or "")
    if unit is None or not ticket.category_id or not unit.can_lead:
        return False
    row, _level = present_row(ticket, book, on)
    return row is None or row.lead != selector_for(unit)


def do_propose(
    ticket: Ticket, basis: str, actor: Actor, *, now: datetime, book: Book, from_day: date | None = None
) -> CatalogueProposal:
    """Propose that matters like this one go where this ticket went, from ``from_day`` (as usual tomorrow).

    Two SQL statements; the same proposal made again gives the one that waits already. Raises
    ``DispatchRefused``.
    """
    on = local_day(book, now)
    if not differs(ticket, book, on):
        raise _refused(_("The ticket went where the catalogue says; there is nothing to learn from it"))
    if not basis.strip():
        raise _refused(_("Name the rule or the ruling on which the change rests"))
    day = from_day or on + timedelta(days=1)
    if day <= on:
        raise _refused(_("A change of the catalogue begins tomorrow at the earliest"))
    row, level = present_row(ticket, book, on)
    made, _new = CatalogueProposal.objects.get_or_create(
        category=ticket.category_id or "",
        place_level=row.place_level if row and row.category == ticket.category_id else level,
        lead=selector_for(book.units[ticket.lead_id or ""]),
        state=PROPOSED,
        defaults={
            "ticket": ticket.pk,
            "ticket_number": ticket.number,
            "row": row.code if row else "",
            "basis": masked_by_staff(basis),
            "from_day": day,
            "proposed_by": actor.id,
            "proposed_by_name": actor.name[:80],
            "proposed_at": now,
        },
    )
    return made


def do_approve(
    proposal: CatalogueProposal, note: str, actor: Actor, *, now: datetime, book: Book
) -> CatalogueProposal:
    """Write the dated rows of the catalogue: the present one ends, the new one begins (Art. 11 ¶2).

    The whole city is checked as in the admin. Raises ``DispatchRefused``; nothing is changed then.
    """
    _decidable(proposal, actor)
    today = local_day(book, now)
    change = CatalogueChange(
        category=proposal.category,
        place_level=proposal.place_level,
        lead=proposal.lead,
        from_day=max(proposal.from_day, today + timedelta(days=1)),
        tier=_tier(proposal, book, today),
        basis=proposal.basis,
        source=f"proposal of {proposal.proposed_at:%Y-%m-%d}, ticket {proposal.ticket_number}",
    )
    try:
        with transaction.atomic():
            _decide(proposal, APPROVED, note, actor, now)
            do_change_catalogue(change, today=today)
    except EditRefused as error:
        raise _refused(_why(error)) from error
    proposal.refresh_from_db()
    return proposal


def do_reject(
    proposal: CatalogueProposal, note: str, actor: Actor, *, now: datetime, book: Book
) -> CatalogueProposal:
    """Leave the catalogue as it is, and say why. Two SQL statements."""
    _decidable(proposal, actor)
    if not note.strip():
        raise _refused(_("Say why: whoever proposed it reads it"))
    _decide(proposal, REJECTED, note, actor, now)
    proposal.refresh_from_db()
    return proposal


def _tier(proposal: CatalogueProposal, book: Book, on: date) -> str:
    """The tier that the matter has today; the change is about who leads."""
    rows = rows_for(book, proposal.category, proposal.place_level, on)
    return rows[0].tier if rows else ""


def _decidable(proposal: CatalogueProposal, actor: Actor) -> None:
    if proposal.state != PROPOSED:
        raise _refused(_("Somebody has decided on this proposal already"))
    if proposal.proposed_by == actor.id:
        raise _refused(_("Whoever made a proposal does not decide on it"))


def _decide(proposal: CatalogueProposal, verdict: str, note: str, actor: Actor, now: datetime) -> None:
    """Compare-and-set: of two owners at once the first decides."""
    changed = {
        "state": verdict,
        "decided_by": actor.id,
        "decided_by_name": actor.name[:80],
        "decided_at": now,
        "note": masked_by_staff(note),
    }
    if not CatalogueProposal.objects.filter(pk=proposal.pk, state=PROPOSED).update(**changed):
        raise _refused(_("Somebody has decided on this proposal already"))


def _why(error: EditRefused) -> str:
    if error.reason == "too_early":
        return _("A change of the catalogue begins tomorrow at the earliest")
    if error.reason == "later_change":
        return _("Another change of this row begins on that day or later: look at it in the reference data")
    return _("The city could not work with this change: %(found)s") % {"found": str(error)}


def _refused(message: str) -> DispatchRefused:
    return DispatchRefused(message, _("Ordinance Art. 11 ¶2"))
