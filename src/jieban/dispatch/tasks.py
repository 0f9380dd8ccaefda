"""What the clock does to tickets that wait for the hotline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from jieban.city.queries import book
from jieban.dispatch.actions import do_mark_late, do_rule_on_objection
from jieban.matters.actors import PLATFORM
from jieban.tickets.models import Ticket


def late(tickets: Sequence[Ticket], now: datetime) -> None:
    """Nobody has dispatched these within the hours of the rules: mark them, so that they come first."""
    for ticket in tickets:
        do_mark_late(ticket, PLATFORM, now=now)


def ruling_late(tickets: Sequence[Ticket], now: datetime) -> None:
    """Nobody has ruled on these objections in the hours of the rules: handle first, argue later."""
    for ticket in tickets:
        words = _("Nobody ruled in time: handle first, argue later")
        do_rule_on_objection(ticket, False, words, PLATFORM, now=now, book=book())
