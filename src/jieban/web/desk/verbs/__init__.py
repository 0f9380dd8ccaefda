"""What a person may do with a ticket: one module per kind of work, one line per verb.

Which verbs show follows from the law of a ticket (``tickets.workflow``), the person's roles and unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from jieban.tickets.models import Ticket
from jieban.tickets.workflow import WORKFLOW
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs import (
    amending,
    asking,
    dispatching,
    emergency,
    excluding,
    external,
    handling,
    intake,
    limits,
    objecting,
    overseeing,
    requester,
    splitting,
    urging,
    whistling,
)
from jieban.web.desk.verbs.base import Verb
from jieban.web.desk.verbs.groups import place

MODULES = (
    emergency,
    handling,
    whistling,
    limits,
    asking,
    external,
    objecting,
    dispatching,
    intake,
    amending,
    splitting,
    urging,
    overseeing,
    excluding,
    requester,
)
_KNOWN = {verb.name: verb for module in MODULES for verb in module.VERBS}
VERBS: dict[str, Verb] = {name: _KNOWN[name] for name in sorted(_KNOWN, key=place)}
"""Name -> verb, in the order of the page (``groups``)."""


def verbs_for(ticket: Ticket, desk: Sitting) -> list[Verb]:
    """The verbs that this person may use on this ticket now, in the order of the page."""
    allowed = set(WORKFLOW.verbs(ticket.row(), desk.actor))
    return [verb for verb in VERBS.values() if allowed & set(verb.says) and verb.offered(ticket, desk)]


def may_say(ticket: Ticket, desk: Sitting, *verbs: str) -> bool:
    """Whether this person may say one of these verbs of the workflow now."""
    return bool(set(WORKFLOW.verbs(ticket.row(), desk.actor)) & set(verbs))


def form_of(verb: Verb, ticket: Ticket, desk: Sitting, data: Mapping[str, Any] | None = None) -> forms.Form:
    """The form of a verb, empty or with what was typed."""
    return verb.form(data, auto_id=f"{verb.name}_%s", **verb.choices(ticket, desk))
