"""The only writers of extensions (延期, Ordinance Art. 15): before the end, with a lawful ground, told to
the requester and to the hotline. Where the city wants it, the hotline decides (``extension.needs_approval``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.handling.actions import HandlingRefused, iso
from jieban.matters.rules import Actor
from jieban.reading.privacy.notes import masked_by_staff
from jieban.tickets.actions import say
from jieban.tickets.clocks import limit
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension as it is asked for: days of the tier's calendar, the lawful ground, and its basis."""

    days: int
    ground: str
    basis: str


def needs_approval(book: Book, now: datetime) -> bool:
    """Whether the hotline decides on extensions (rule ``extension.needs_approval``)."""
    return bool(book.rule("extension.needs_approval", local_day(book, now)))


def days_left(ticket: Ticket, book: Book, now: datetime) -> int:
    """How many days of extension this round still allows; 0 when its extensions are used up."""
    on = local_day(book, now)
    if ticket.extended >= int(book.rule("extension.max_count", on)):
        return 0
    return max(0, int(book.rule("extension.max_days", on)) - ticket.extension_days)


def do_extend(ticket: Ticket, asked: Extension, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """Extend the limit (Art. 15), where the city leaves that to the unit. Three SQL statements.

    Raises ``HandlingRefused`` after the end, without ground or basis, beyond the days and the count of
    the rules, and after the hour of the day that ``extension.before_hour`` names.
    """
    TICKET.workflow.transition(ticket.state, "extend")
    if needs_approval(book, now):
        raise HandlingRefused(_("Here the hotline decides on extensions: ask it for one"))
    check_extension(ticket, asked, book, now)
    changes = _extended(ticket, asked.days, book)
    return say(ticket, "extend", actor, now, changes, _told(asked, ticket), book=book)


def do_ask_extension(ticket: Ticket, asked: Extension, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """Ask the hotline for an extension; the limit runs on until it decides. Three SQL statements."""
    TICKET.workflow.transition(ticket.state, "ask_extension")
    if not needs_approval(book, now):
        raise HandlingRefused(_("Here your unit decides on extensions itself: extend the limit"))
    if ticket.extension:
        raise HandlingRefused(_("An extension has been asked for already; the hotline decides on it"))
    check_extension(ticket, asked, book, now)
    told = _told(asked, ticket)
    waiting = {
        "days": asked.days,
        "ground": told["ground"],
        "basis": told["basis"],
        "asked_at": now.isoformat(),
        "by": actor.id,
    }
    return say(ticket, "ask_extension", actor, now, {"extension": waiting}, told, book=book)


def do_grant_extension(ticket: Ticket, reason: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The hotline grants what was asked for, before the limit has passed. Three SQL statements."""
    TICKET.workflow.transition(ticket.state, "grant_extension")
    asked = _asked(ticket)
    _before_the_end(ticket, now)
    changes = {**_extended(ticket, int(asked["days"]), book), "extension": {}}
    detail = {**asked, "moved_from": iso(ticket.due_at), "note": masked_by_staff(reason)}
    return say(ticket, "grant_extension", actor, now, changes, detail, book=book)


def do_refuse_extension(ticket: Ticket, reason: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The hotline refuses what was asked for and says why; the limit stays. Three SQL statements."""
    TICKET.workflow.transition(ticket.state, "refuse_extension")
    asked = _asked(ticket)
    if not reason.strip():
        raise HandlingRefused(_("Tell the unit why the extension is refused"))
    detail = {**asked, "note": masked_by_staff(reason)}
    return say(ticket, "refuse_extension", actor, now, {"extension": {}}, detail, book=book)


def check_extension(ticket: Ticket, asked: Extension, book: Book, now: datetime) -> None:
    """Hold an extension against the rules. Raises ``HandlingRefused`` with the remedy."""
    _before_the_end(ticket, now)
    _before_the_hour(book, now)
    if not asked.ground.strip() or not asked.basis.strip():
        raise HandlingRefused(_("State the lawful ground and the rule that allows it; the requester is told"))
    left = days_left(ticket, book, now)
    if not left:
        raise HandlingRefused(
            _("The limit has been extended as far as the rules allow; reply with what has been reached")
        )
    if not 1 <= asked.days <= left:
        raise HandlingRefused(
            ngettext(
                "The limit can be extended by %(most)s day at most",
                "The limit can be extended by 1 to %(most)s days",
                left,
            )
            % {"most": left}
        )


def _before_the_end(ticket: Ticket, now: datetime) -> None:
    if ticket.due_at is None or now >= ticket.due_at:
        raise HandlingRefused(
            _("An extension is possible before the limit has passed (Art. 15); the requester is asked now")
        )


def _before_the_hour(book: Book, now: datetime) -> None:
    """Xining 2023: an application counts only when it is filed before an hour of the day."""
    hour = int(book.rule("extension.before_hour", local_day(book, now)))
    if hour and now.astimezone(ZoneInfo(book.identity.timezone)).hour >= hour:
        raise HandlingRefused(
            _("An extension is valid only if it is asked for before %(hour)s:00 of the day") % {"hour": hour}
        )


def _extended(ticket: Ticket, days: int, book: Book) -> dict[str, Any]:
    """The columns of a ticket whose limit is moved; the new end is warned of again."""
    more = {"extended": ticket.extended + 1, "extension_days": ticket.extension_days + days}
    return {
        **more,
        "due_at": limit({**ticket.row(), **more}, book),
        "reminded": [one for one in ticket.reminded if one != "warn"],
    }


def _asked(ticket: Ticket) -> dict[str, Any]:
    if not ticket.extension:
        raise HandlingRefused(_("No extension is asked for"))
    return dict(ticket.extension)


def _told(asked: Extension, ticket: Ticket) -> dict[str, Any]:
    return {
        "days": asked.days,
        "ground": masked_by_staff(asked.ground),
        "basis": masked_by_staff(asked.basis),
        "moved_from": iso(ticket.due_at),
    }
