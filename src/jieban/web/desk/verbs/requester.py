"""The verbs around who brought it: same matter or new fact, common matters, protection (Art. 8, 11)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.dispatch.events import clusters
from jieban.dispatch.events.clusters import ClusterRefused, do_link
from jieban.dispatch.events.heat import do_split
from jieban.dispatch.events.joining import do_rule
from jieban.intake.matching import asked_about, do_new_fact, do_same
from jieban.intake.protection import do_protect
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket
from jieban.tickets.queries import by_number
from jieban.web.desk import forms_protection as f
from jieban.web.desk.forms import BareForm
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.base import Button, Cleaned, Verb
from jieban.web.desk.verbs.emergency import HAND_OVER


def _asked(ticket: Ticket, desk: Sitting) -> bool:
    """Whether somebody who may decide is asked if it is the same matter."""
    return bool(asked_about(ticket)) and bool(desk.roles & _WHO_DECIDES)


_WHO_DECIDES = w.HOTLINE


def _same(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_same(ticket, given["number"], desk.actor, now=desk.now, book=desk.book)


def _was_same(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("The earlier ticket %(number)s is urged on, and the caller is told how it stands.") % {
        "number": given["number"]
    }


def _numbers(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    return {"numbers": [(number, number) for number in asked_about(ticket)]}


def _new_fact(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_new_fact(ticket, desk.actor, now=desk.now, book=desk.book)


def _was_new(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Noted: it is new, and goes its own way.")


def _link(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    other = by_number(given["number"], desk.scope)
    if other is None:
        raise ClusterRefused(_("No ticket that you may see has this number"))
    joined = do_link(ticket, other, desk.actor, now=desk.now, book=desk.book)
    do_rule(ticket, other, desk.actor, together=True, now=desk.now)
    return joined


def _linked(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Joined. Each requester keeps his own ticket and is asked himself.")


def _unlink(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    stays = clusters.members(desk.scope, ticket.cluster) if ticket.cluster is not None else []
    (left,) = do_split(stays, [ticket], given["note"], desk.actor, now=desk.now)
    return left


def _unlinked(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("It stands by itself again.")


def _protect(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_protect(
        ticket, given["secrecy"], given["recused"], given["note"], desk.actor, now=desk.now, book=desk.book
    )


def _protected(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Noted. Units that must keep out do not see the ticket any more.")


def _protection(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    names = [desk.book.units[code].name for code in ticket.recused if code in desk.book.units]
    return {"desk": desk, "initial": {"secrecy": ticket.secrecy, "recused": "、".join(names)}}


VERBS = (
    HAND_OVER,
    Verb(
        "same", ("explain",), gettext_lazy("Same matter: urge the earlier one"), f.SameForm, _same, _was_same,
        (Button(gettext_lazy("Same matter, nothing new")),), offered=_asked, choices=_numbers,
    ),
    Verb(
        "new_fact", ("amend",), gettext_lazy("A new fact: its own ticket"), BareForm, _new_fact, _was_new,
        (Button(gettext_lazy("It is new"), look="quiet"),), offered=_asked,
    ),
    Verb(
        "link", ("link",), gettext_lazy("Others report the same: join"), f.LinkForm, _link, _linked,
        (Button(gettext_lazy("Join them")),), offered=lambda ticket, desk: ticket.cluster is None,
    ),
    Verb(
        "unlink", ("unlink",), gettext_lazy("Take it out of the common matter"), f.UnlinkForm, _unlink,
        _unlinked, (Button(gettext_lazy("Take it out"), look="quiet"),),
        offered=lambda ticket, desk: ticket.cluster is not None,
    ),
    Verb(
        "protect", ("protect",), gettext_lazy("Protect the requester"), f.ProtectForm, _protect, _protected,
        (Button(gettext_lazy("Note it")),), choices=_protection,
    ),
)  # fmt: skip
