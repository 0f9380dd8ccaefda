"""The verb by which the lead asks a body outside the city for support (Ordinance Art. 22)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.handling.external import bodies, do_ask_external, way_out
from jieban.tickets.models import Ticket
from jieban.web.desk.forms_external import ExternalForm
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.base import Button, Cleaned, Verb
from jieban.web.words import unit_words


def _ask(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_ask_external(ticket, given["party"], given["words"], desk.actor, now=desk.now, book=desk.book)


def _asked(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    ledger = way_out(desk.book, desk.today, given["party"])[1]
    unit = unit_words(desk.book, ledger.coordinator, desk.english)
    return _("Asked through %(unit)s, which brings the answer back here.") % {"unit": unit}


def _offered(ticket: Ticket, desk: Sitting) -> bool:
    return bool(bodies(desk.book, desk.today))


def _choices(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    rows = bodies(desk.book, desk.today)
    return {
        "parties": [(row.code, row.name_en if desk.english and row.name_en else row.name) for row in rows]
    }


VERBS = (
    Verb(
        "ask_external", ("ask",), gettext_lazy("Ask a central body or troops"), ExternalForm, _ask, _asked,
        (Button(gettext_lazy("Ask through the coordinator")),), choices=_choices, offered=_offered,
    ),
)  # fmt: skip
