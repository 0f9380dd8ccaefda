"""``{% load desk %}``: what only the templates of the desks need.

<form method="post" {% in_place address %}>   sends the form and shows the answer in place of the page
{{ option.confidence|sure }}                  how sure, in words
{{ option.basis|basis }}                      a legal basis in the reader's language
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jieban.city.queries import book
from jieban.intake.parting import filed_parts
from jieban.subtickets.workflow import STATE_NAMES as SUB_STATES
from jieban.tickets.models import Ticket
from jieban.web.context import is_english
from jieban.web.desk import words

register = template.Library()


@register.simple_tag
def in_place(address: str) -> SafeString:
    """The attributes of a form that is answered in place, and as a whole page without a script."""
    return format_html(
        'novalidate action="{0}" hx-post="{0}" hx-target="#main" hx-select="#main" hx-swap="outerHTML"',
        address,
    )


@register.filter
def at_risk(ticket: Ticket) -> list[tuple[str, str]]:
    """The people at risk whom a ticket concerns: the name of the group, the requester's words.

    A row of a list has them from its own statement (``queries.as_rows``); one that has not shows none,
    for the proposal of each row would be a statement of its own.
    """
    if "proposal" in ticket.get_deferred_fields():
        kept = getattr(ticket, "told_risks", None) or ()
    else:
        kept = ticket.proposal.get("risks") or ()
    groups = {row.code: row for row in book().tables.get("risk_groups", ())}
    return [
        ((groups[one["code"]].name_en if is_english() else "") or groups[one["code"]].name, one["quote"])
        for one in kept
        if one["code"] in groups
    ]


@register.filter
def parts_of(ticket: Ticket) -> list[dict[str, str]]:
    """The several matters of a ticket: ``title``, ``text`` and the ``number`` of what was filed on its own.

    Parts that a person marked without a proposal have a number alone.
    """
    filed = {one.part: one.number for one in filed_parts(ticket)}
    shown = [
        {"title": part["title"], "text": part["text"], "number": filed.pop(place, "")}
        for place, part in enumerate(ticket.proposal.get("parts") or (), 1)
    ]
    return shown + [{"title": "", "text": "", "number": number} for number in filed.values()]


@register.filter
def sure(confidence: float | None) -> str:
    """How sure a proposal is, in words."""
    return words.sure_words(confidence)


@register.filter
def of_hundred(percent: int | None) -> str:
    """What a confidence means, as a frequency."""
    return words.frequency_words(percent)


@register.filter
def basis(said: str) -> str:
    """A legal basis in the reader's language."""
    return words.basis_words(said)


@register.filter
def mark(code: str) -> str:
    """A mark of a ticket in words."""
    return str(words.MARK_WORDS.get(code, code))


@register.filter
def headline(ticket: Ticket) -> str:
    """What a ticket is called in a list."""
    return ticket.title or _("(no words)")


@register.filter
def past(moment: datetime | None) -> bool:
    """Whether a moment is over."""
    return moment is not None and moment < timezone.now()


@register.filter
def denied_because(ticket: Ticket) -> list[Any]:
    """The reasons that the requester gave for a no, as rows of the city's book."""
    rows = book().by_code("callback_reasons")
    return [rows[code][-1] for code in ticket.reasons if code in rows]


@register.filter
def named(row: Any) -> str:
    """The name of a row of the city's book in the reader's language."""
    return str(row.name_en if is_english() and row.name_en else row.name)


@register.filter
def explained(row: Any) -> str:
    """The standard words of a branch in the reader's language."""
    return str(row.explanation_en if is_english() and row.explanation_en else row.explanation)


@register.filter
def ledger(code: str) -> str:
    """A special ledger."""
    return words.row_words(book(), "ledgers", code, is_english())


@register.filter
def surge(code: str) -> str:
    """A topic that fills the lines."""
    return words.row_words(book(), "surges", code, is_english())


@register.filter
def sub_state(code: str) -> str:
    """The state of a sub-ticket."""
    return str(SUB_STATES.get(code, code))


@register.filter
def corrected_column(name: str) -> str:
    """What was corrected of a request."""
    return str(words.CORRECTED_WORDS.get(name, name))


@register.filter
def news_words(code: str) -> str:
    """What may be new in a later request, in words."""
    return str(words.NEWS_WORDS.get(code, code))
