"""Who handles what nobody owns up to: handle first, argue later.

Shenzhen practice (DOMAIN §2.1): disputes are ruled on fast, with a fallback department that is named
beforehand. Here it is the unit of the catalogue row of the category above, else the district.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.catalogue import district_of
from jieban.city.clock import local_day
from jieban.dispatch.actions import DispatchRefused, do_rule_on_objection
from jieban.dispatch.queries import objection_of
from jieban.dispatch.rules import candidate_for, place_at, switched_on
from jieban.matters.rules import Actor
from jieban.tickets.models import Ticket


def fallback_unit(book: Book, category: str, place_code: str, on: date, but: Collection[str] = ()) -> str:
    """The code of the unit that handles a matter when its owner is disputed; empty where there is none.

    ``but``: units that may not have it (they objected, or are recused).
    """
    place = place_at(book, place_code)
    for above in reversed(book.category_path(category)[:-1]):
        found = candidate_for(book, above.code, place, on)
        if found and found.unit not in but:
            return found.unit
    district = district_of(book, place_code, on)
    return district.code if district and district.can_lead and district.code not in but else ""


def fallback_for(ticket: Ticket, book: Book, on: date) -> str:
    """The fallback unit of a ticket to which its unit objects; never that unit itself."""
    place = ticket.place_id or ticket.street or ticket.district
    but = {*ticket.objected_by, *ticket.recused, ticket.lead_id or ""}
    return fallback_unit(book, ticket.category_id or "", place, on, but)


def do_rule_in_default(ticket: Ticket, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The hours for a ruling have passed (``objection.review_hours``; Art. 12 ¶3): somebody handles it now.

    The unit that objects does, unless it named nobody and the city sends such tickets to the fallback
    unit (rule ``objection.fallback``). At most five SQL statements besides ``send_out``.
    """
    on = local_day(book, now)
    words = _("Nobody ruled in time: handle first, argue later")
    other = fallback_for(ticket, book, on) if switched_on(book, "objection.fallback", on) else ""
    if other and not objection_of(ticket).named:
        try:
            return do_rule_on_objection(ticket, True, words, actor, now=now, book=book, unit=other)
        except DispatchRefused:
            pass  # the fallback may not have it: then the unit keeps it
    return do_rule_on_objection(ticket, False, words, actor, now=now, book=book)
