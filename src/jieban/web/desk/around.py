"""What stands around a ticket: who brought it and how often, who else reports it, what is kept secret."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.dispatch.events.clusters import others_of
from jieban.people.flags import flag_of
from jieban.people.roles import HOTLINE_ROLES, Role
from jieban.tickets.models import Ticket
from jieban.web.desk.sitting import Sitting

SPEAKS_WORDS = {
    "family": gettext_lazy("speaks for somebody of the family"),
    "lawyer": gettext_lazy("speaks as a lawyer"),
    "organisation": gettext_lazy("speaks for an organisation"),
    "other": gettext_lazy("speaks for somebody else"),
}
KIND_WORDS = {
    "person": gettext_lazy("a person"),
    "legal_person": gettext_lazy("a company"),
    "other_org": gettext_lazy("another organisation"),
}


def around(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    """For the page of a ticket: ``others``, ``flag``, ``often`` and ``standing``.

    At most two SQL statements: one where a cluster is, one for the hotline where a requester is known.
    """
    sees_flags = bool(desk.roles & (HOTLINE_ROLES | {Role.AUDITOR}))
    least = int(desk.book.rule("intake.repeat_month", desk.today))
    return {
        "others": others_of(ticket),
        "flag": flag_of(ticket.requester) if sees_flags else None,
        "often": ticket.nth_month if ticket.nth_month >= least else 0,
        "standing": standing_words(ticket),
        "sees_requester": sees_flags and ticket.requester is not None,
    }


def standing_words(ticket: Ticket) -> list[str]:
    """How the requester stands to the matter, in short sentences; none when there is nothing to say."""
    said = []
    if ticket.secrecy == "confidential":
        said.append(_("Confidential: only the hotline knows who it is and calls for the unit."))
    if ticket.secrecy == "anonymous":
        said.append(_("Anonymous: nobody can be called; handle it by what was written."))
    if ticket.minor:
        said.append(_("It is about somebody under 18: reach the guardian, and name no names."))
    if ticket.speaks_for:
        said.append(_("The requester %(how)s.") % {"how": SPEAKS_WORDS.get(ticket.speaks_for, "")})
    if ticket.requester_kind:
        said.append(_("Brought by %(who)s.") % {"who": KIND_WORDS.get(ticket.requester_kind, "")})
    return said
