"""``{% load face %}``: names instead of codes, moments as people say them, the clock of a ticket.

{{ ticket.due_at|when }}      今天 15:30, the full date on hover (also |until |left)
{{ ticket.lead_id|unit }}     names by the book (also |place |category |matter |demand_type |tier)
{{ ticket.state|state }}      (also |verb |queue |channel |role)
{% clock ticket %}            words and a bar
{{ phone|masked_phone }}      138****5678
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jieban.city.queries import book
from jieban.people.masking import mask_phone
from jieban.people.roles import ROLE_NAMES, Role
from jieban.tickets.models import Ticket
from jieban.web import words
from jieban.web.context import is_english

register = template.Library()


@register.filter
def when(moment: datetime | None) -> str:
    """``今天 15:30``, with the full date on hover."""
    if moment is None:
        return words.NOTHING
    return _time(moment, words.when_words(moment, timezone.now()))


@register.filter
def until(moment: datetime | None) -> str:
    """``今天 15:30 前``, with the full date on hover."""
    if moment is None:
        return words.NOTHING
    return _time(moment, _("by %(when)s") % {"when": words.when_words(moment, timezone.now())})


@register.filter
def left(moment: datetime | None) -> str:
    """``还剩 3 天`` or ``超时 2 小时``, with the full date on hover."""
    if moment is None:
        return words.NOTHING
    return _time(moment, words.left_words(moment, timezone.now()))


def _time(moment: datetime, said: str) -> SafeString:
    full = words.full_words(moment)
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), full, said)


@register.filter
def full_date(moment: datetime | None) -> str:
    """``2026年6月3日 星期三 15:30``, for paper."""
    return words.full_words(moment) if moment else words.NOTHING


@register.inclusion_tag("web/parts/clock.html")
def clock(ticket: Ticket) -> dict[str, Any]:
    """The clock of a ticket: words and a bar."""
    return {"clock": words.clock_of(ticket, timezone.now(), book())}


@register.filter
def unit(code: str | None) -> str:
    """The name of a unit."""
    return words.unit_words(book(), code, is_english())


@register.filter
def answerable(code: str) -> str:
    """The unit that answers for an article: its name, or what the file it came from calls it."""
    return words.unit_words(book(), code, is_english()) if code in book().units else code


@register.filter
def place(code: str | None) -> str:
    """A place with what holds it."""
    return words.place_words_of(book(), code, is_english())


@register.filter
def category(code: str | None) -> str:
    """A matter with those above it."""
    return words.category_words(book(), code, is_english())


@register.filter
def matter(code: str | None) -> str:
    """A matter alone."""
    return words.category_word(book(), code, is_english())


@register.filter
def demand_type(code: str | None) -> str:
    """A demand type."""
    return words.demand_type_words(book(), code, is_english())


@register.filter
def tier(code: str | None) -> str:
    """A time limit: ``24 小时``."""
    return words.tier_words(book(), code, timezone.now())


@register.filter
def state(code: str) -> Any:
    """A ticket's state."""
    return words.state_words(code)


@register.filter
def explanation(ticket: Ticket) -> str:
    """What the requester was told, in the reader's language where it is the standard words."""
    return words.explanation_words(book(), ticket.branch, ticket.explanation, is_english())


@register.filter
def verb(code: str) -> Any:
    """A verb of the history."""
    return words.verb_words(code)


@register.filter
def queue(code: str) -> Any:
    """A queue of dispatch."""
    return words.QUEUE_NAMES.get(code, words.NOTHING)


@register.filter
def channel(code: str) -> Any:
    """The channel by which something came; a channel named in words stays as it is."""
    return words.CHANNEL_NAMES.get(code, code or words.NOTHING)


@register.filter
def role(code: str) -> Any:
    """A role of staff."""
    return ROLE_NAMES[Role(code)] if code in set(Role) else words.NOTHING


@register.filter
def masked_phone(phone: str) -> str:
    """``138****5678``."""
    return mask_phone(phone) or words.NOTHING


@register.filter
def percent(share: Decimal | float | None) -> str:
    """A percentage with one decimal; a dash where there is none."""
    return words.NOTHING if share is None else f"{share:.1f}%"


@register.inclusion_tag("web/parts/field_error.html")
def field_error(form: Any, name: str) -> dict[str, Any]:
    """The message of a refused field, to stand between its label and its control."""
    return {"errors": form.errors.get(name, ()), "name": name}


@register.inclusion_tag("web/parts/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """What was refused, linked to the fields, for the top of the page; empty when nothing was."""
    linked = [
        (f"id_{name}" if name != "__all__" else "main", message)
        for name, messages in form.errors.items()
        for message in messages
    ]
    return {"linked": linked}
