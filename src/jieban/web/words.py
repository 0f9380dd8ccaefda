"""How the house speaks of time, places and states: codes and moments in, words for people out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jieban.city.book import Book, MissingRule
from jieban.city.clock import calendar_of, remaining
from jieban.dispatch.rules import (
    CONSULT_QUEUE,
    DANGER_QUEUE,
    DISPATCH_QUEUE,
    HANDOVER_QUEUE,
    PLACE_QUEUE,
    RETURNED_QUEUE,
    SURGE_QUEUE,
    local_day,
)
from jieban.dispatch.why.explain import demand_type_name, limit_words, matter_name, name_of
from jieban.reading.privacy.notes import masked_by_staff
from jieban.tickets import workflow
from jieban.tickets.models import Ticket
from jieban.tickets.names import STATE_NAMES, VERB_NAMES

QUEUE_NAMES = {
    HANDOVER_QUEUE: gettext_lazy("handed to an emergency line, not confirmed"),
    DANGER_QUEUE: gettext_lazy("danger first"),
    RETURNED_QUEUE: gettext_lazy("returned by a unit"),
    DISPATCH_QUEUE: gettext_lazy("to be decided"),
    PLACE_QUEUE: gettext_lazy("place unknown"),
    SURGE_QUEUE: gettext_lazy("topic that fills the lines"),
    CONSULT_QUEUE: gettext_lazy("units are asked for their opinion"),
}

CHANNEL_NAMES = {
    "phone": gettext_lazy("phone"),
    "web": gettext_lazy("website"),
    "app": gettext_lazy("app"),
    "wechat": gettext_lazy("WeChat"),
    "weibo": gettext_lazy("Weibo"),
    "mini_program": gettext_lazy("mini program"),
    "counter": gettext_lazy("service counter"),
    "letter": gettext_lazy("letter"),
    "sms": gettext_lazy("text message"),
    "api": gettext_lazy("connected system"),
    "file": gettext_lazy("file import"),
}

NOTHING = "—"


def when_words(moment: datetime, now: datetime) -> str:
    """A moment as people say it, in the city's time: ``今天 15:30``, ``明天 9:00``, ``6月3日 15:30``."""
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    time = date_format(local, "G:i")
    days = (local.date() - today).days
    if days == 0:
        return _("today %(time)s") % {"time": time}
    if days == 1:
        return _("tomorrow %(time)s") % {"time": time}
    if days == -1:
        return _("yesterday %(time)s") % {"time": time}
    if local.year == today.year:
        # Translators: a date format of Django for a moment of this year.
        return date_format(local, _("j M, G:i"))
    # Translators: a date format of Django for a moment of another year.
    return date_format(local, _("j M Y, G:i"))


def full_words(moment: datetime) -> str:
    """A moment in full: ``2026年6月3日 星期三 15:30``."""
    # Translators: a date format of Django with year and day of the week.
    return date_format(timezone.localtime(moment), _("l, j F Y, G:i"))


def span_words(span: timedelta) -> str:
    """A span of time in its largest fitting unit: ``3 天``, ``5 小时``, ``20 分钟``."""
    minutes = int(abs(span).total_seconds() // 60)
    if minutes >= 48 * 60:
        days = minutes // (24 * 60)
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if minutes >= 60:
        hours = minutes // 60
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


def left_words(due: datetime, now: datetime) -> str:
    """The time left: ``还剩 3 天``, ``超时 2 小时``."""
    words = {"span": span_words(due - now)}
    return _("%(span)s left") % words if due > now else _("%(span)s overdue") % words


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of a ticket: words, the share of time used in percent, and ``calm soon over done``."""

    words: str
    full: str
    used: int
    state: str


def clock_of(ticket: Ticket, now: datetime, book: Book) -> Clock | None:
    """How a ticket stands against its limit; None for one that never had a limit."""
    if ticket.state in workflow.CLOSED_STATES:
        ended = ticket.closed_at
        return Clock(_("closed"), full_words(ended) if ended else "", 100, "done")
    if ticket.due_at is None:
        return None
    full = _("by %(when)s") % {"when": full_words(ticket.due_at)}
    if ticket.state == workflow.CALLBACK:
        return Clock(_("asking the requester"), full, 100, "over" if ticket.overdue else "done")
    if ticket.state == workflow.PAUSED:
        return Clock(_("clock paused"), full, 50, "calm")
    if ticket.state == workflow.SHELVED:
        until = full_words(ticket.shelved_until) if ticket.shelved_until else ""
        return Clock(_("on the ledger"), _("until %(when)s") % {"when": until}, 50, "calm")
    begun = ticket.dispatched_at or ticket.opened_at
    whole = max((ticket.due_at - begun).total_seconds(), 1.0)
    used = min(100, max(0, round(100 * (now - begun).total_seconds() / whole)))
    return Clock(left_words(ticket.due_at, now), full, used, _clock_state(ticket, ticket.due_at, now, book))


def _clock_state(ticket: Ticket, due: datetime, now: datetime, book: Book) -> str:
    if now >= due:
        return "over"
    return "soon" if is_near(ticket, due, now, book) else "calm"


def is_near(ticket: Ticket, due: datetime, now: datetime, book: Book) -> bool:
    """Whether a ticket turns amber: no more is left than its tier warns, in hours of the tier's calendar.

    Half an hour for one without a tier.
    """
    try:
        tier = book.dated("limit_tiers", ticket.tier, local_day(book, ticket.dispatched_at or now))
    except MissingRule:
        return due - now <= timedelta(minutes=30)
    left = remaining(now, due, calendar_of(book, tier.calendar))
    return left <= timedelta(hours=float(tier.warn_hours))


def unit_words(book: Book, code: str | None, english: bool = False) -> str:
    """The name of a unit; a dash where there is none."""
    return name_of(book, code, english) if code and code in book.units else NOTHING


def place_words_of(book: Book, code: str | None, english: bool = False) -> str:
    """The place with what holds it: ``朝阳区双井街道``; a dash where there is none."""
    path = [place for place in book.place_path(code or "") if place.level != "city"]
    if not path:
        return place_name(book, code, english)
    named = [place_name(book, place.code, english) for place in path]
    return ", ".join(reversed(named)) if english else "".join(named)


def place_name(book: Book, code: str | None, english: bool = False) -> str:
    """The place alone: ``双井街道`` (units bear the codes of places, but other names)."""
    place = book.places.get(code or "")
    if place is None:
        return NOTHING
    return place.name_en if english and place.name_en else place.name


def category_words(book: Book, code: str | None, english: bool = False) -> str:
    """The matter with those above it; a dash where there is none."""
    return matter_name(book, code, english) if code and code in book.categories else NOTHING


def category_word(book: Book, code: str | None, english: bool = False) -> str:
    """The matter alone: ``暖气不热``."""
    return name_of(book, code, english) if code and code in book.categories else NOTHING


def demand_type_words(book: Book, code: str | None, english: bool = False) -> str:
    """The demand type; a dash where there is none."""
    known = code and code in book.by_code("demand_types")
    return demand_type_name(book, code, english) if code and known else NOTHING


def tier_words(book: Book, code: str | None, now: datetime) -> str:
    """A limit as people say it: ``24 小时``; a dash where there is none."""
    try:
        return limit_words(book.dated("limit_tiers", code or "", local_day(book, now)))
    except MissingRule:
        return NOTHING


def explanation_words(book: Book, branch: str, explanation: str, english: bool) -> str:
    """What a requester was told: standard words in the reader's language, others as written."""
    if english:
        for row in book.by_code("branches").get(branch, ()):
            if row.explanation_en and explanation == masked_by_staff(row.explanation):
                return str(row.explanation_en)
    return explanation


def state_words(state: str) -> Any:
    """A ticket's state in words."""
    return STATE_NAMES.get(state, NOTHING)


def verb_words(verb: str) -> Any:
    """A verb of the history in words."""
    return VERB_NAMES.get(verb, NOTHING)
