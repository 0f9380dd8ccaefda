"""What dispatch has learned since the catalogue was written, in words (学习影响)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jieban.city.book import Book
from jieban.tickets.models import Ticket
from jieban.web.words import unit_words


def effects(ticket: Ticket, book: Book, english: bool) -> list[tuple[str, str]]:
    """What moved the units of the proposal, the best unit's first: ``up`` or ``down``, and a sentence."""
    found = []
    for one in ticket.proposal.get("learned", ()):
        words = _words(one, unit_words(book, str(one["unit"]), english))
        if words:
            found.append(("up" if float(one["change"]) > 0 else "down", words))
    return found


def _words(one: Mapping[str, Any], unit: str) -> str:
    said = {"unit": unit, "n": one["count"], "total": one["total"], "day": _day(str(one["since"]))}
    if one["kind"] == "taken":
        return (
            _("%(unit)s took %(n)s of %(total)s such matters there since %(day)s: that speaks for it.") % said
        )
    if one["kind"] == "returned":
        return (
            ngettext(
                "%(unit)s was the wrong one %(n)s time since %(day)s: that speaks against it.",
                "%(unit)s was the wrong one %(n)s times since %(day)s: that speaks against it.",
                one["count"],
            )
            % said
        )
    return ""


def _day(since: str) -> str:
    try:
        return date_format(date.fromisoformat(since), "DATE_FORMAT")
    except ValueError:
        return since
