"""The verb of a street whose ticket needs others: blow the whistle (Art. 16)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.tickets.models import Ticket
from jieban.web.desk import calling
from jieban.web.desk.forms_whistle import BlowForm
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.base import Button, Cleaned, Verb


def _blow(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    calling.blow(desk, given, [ticket])
    return ticket


def _blown(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("The whistle is blown: whoever was called sees it now. The results come back to this ticket.")


def _offered(ticket: Ticket, desk: Sitting) -> bool:
    return calling.may_blow(desk)


def _choices(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    return calling.choices(desk)


VERBS = (
    Verb(
        "whistle", ("whistle",), gettext_lazy("Blow the whistle"), BlowForm, _blow, _blown,
        (Button(gettext_lazy("Blow the whistle")),), offered=_offered, choices=_choices,
    ),
)  # fmt: skip
