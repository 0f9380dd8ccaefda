"""Who is told of an event, by which way, in which words, and when. Pure: plain values in and out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from string import Formatter
from typing import Any, cast
from zoneinfo import ZoneInfo

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.law import NOTICE_WORDS, NoticeTemplate
from jieban.city.units import hotline_code
from jieban.reading.privacy.notes import masked_by_staff
from jieban.tickets.workflow import CLOSED

Values = Mapping[str, Any]

REQUESTER, LEAD, COPIED, SENDER, HOTLINE = "requester", "lead", "copied", "sender", "hotline"
FORMER = "former"
SMS, EMAIL, DESK = "sms", "email", "desk"
CONFIDENTIAL, ANONYMOUS = "confidential", "anonymous"
NEUTRAL = "neutral"
"""The event under which a pack keeps the words for a confidential requester: they tell nothing."""

WORDS_CHARS = {SMS: 120, EMAIL: 2000, DESK: 300}
"""How many signs of free words each medium carries."""

NO_SITE = {False: "12345 网站", True: "the website of 12345"}
"""What stands for a link where the installation has no public address."""

ONCE_SAID = ("note", "ruling", "ground", "words", "reason")
"""Where an event keeps the words that somebody said with it; the first that is there counts."""


@dataclass(frozen=True, slots=True)
class Told:
    """An event of a matter, as a notice needs it. ``row`` is the matter as it is now."""

    kind: str
    verb: str
    at: datetime
    changes: Values
    detail: Values
    row: Values

    @property
    def lead(self) -> str:
        """The unit that the event charged, else the one that leads now."""
        return self.changes.get("lead_id") or self.row.get("lead_id") or ""

    @property
    def number(self) -> str:
        """The number that people know: the ticket's or the whistle's, also for what belongs to one."""
        row = self.row
        return str(row.get("ticket_number") or row.get("whistle_number") or row["number"])

    @property
    def page(self) -> str:
        """On what page ``number`` is found: ``ticket``, ``whistle``, or the kind of the matter."""
        if self.row.get("ticket_number"):
            return "ticket"
        return "whistle" if self.row.get("whistle_number") else self.kind

    @property
    def secrecy(self) -> str:
        """Empty, confidential or anonymous."""
        return str(self.row.get("secrecy") or "")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Words for an audience; ``units`` are the units meant, none for the requester."""

    template: NoticeTemplate
    units: tuple[str, ...] = ()


def wanted(told: Told, book: Book, now: datetime) -> list[Wanted]:
    """The messages that the pack wants for an event.

    The requester of an anonymous ticket is told nothing, that of a confidential one the neutral words.
    A unit that is recused from the matter is told nothing, whoever names it (Ordinance Art. 8).
    """
    found = []
    for template in _templates(told, book, now):
        if template.audience == REQUESTER:
            if told.secrecy != ANONYMOUS and not _asks_in_vain(told):
                found.append(template)
        else:
            found.append(template)
    if told.secrecy == CONFIDENTIAL:
        found = _neutral(found, told, book, now)
    messages = [Wanted(one, units_of(one.audience, told, book)) for one in found]
    return [one for one in messages if one.units or one.template.audience == REQUESTER]


def _asks_in_vain(told: Told) -> bool:
    """Whether the requester would be asked for answers that he has given: before the limit, or just now."""
    answered = told.detail.get("asks") is False or told.row["state"] == CLOSED
    return told.kind == "ticket" and told.verb == "expire" and answered


def _templates(told: Told, book: Book, now: datetime) -> list[NoticeTemplate]:
    """The rows for the event: those of its variant where there are some, else those of the verb."""
    known = _by_event(book, now)
    for variant in variants(told):
        if f"{told.kind}.{told.verb}.{variant}" in known:
            return known[f"{told.kind}.{told.verb}.{variant}"]
    return known.get(f"{told.kind}.{told.verb}", [])


def variants(told: Told) -> tuple[str, ...]:
    """What the verb says this time, the most pressing first."""
    of = told.detail.get("of") or ()
    if told.verb == "remind":
        return tuple(name for name in ("warn", "contact", "sign", "pass_on") if name in of)
    step = told.detail.get("step")
    return (step,) if isinstance(step, str) else ()


def _by_event(book: Book, now: datetime) -> dict[str, list[NoticeTemplate]]:
    on = local_day(book, now)
    key = ("notice_templates", on)
    if key not in book.memo:
        grouped: dict[str, list[NoticeTemplate]] = {}
        for row in book.current("notice_templates", on):
            grouped.setdefault(row.event, []).append(row)
        book.memo[key] = grouped
    return cast(dict[str, list[NoticeTemplate]], book.memo[key])


def _neutral(found: Iterable[NoticeTemplate], told: Told, book: Book, now: datetime) -> list[NoticeTemplate]:
    plain = {one.medium: one for one in _by_event(book, now).get(f"{told.kind}.{NEUTRAL}", ())}
    kept = []
    for one in found:
        if one.audience != REQUESTER:
            kept.append(one)
        elif one.medium in plain:
            kept.append(plain[one.medium])
    return kept


def units_of(audience: str, told: Told, book: Book) -> tuple[str, ...]:
    """The units of an audience. ``sender`` of a ticket is the unit whose objection was accepted;
    ``former`` the unit that it was taken from."""
    row, out = told.row, set(told.row.get("recused") or ())
    if audience == LEAD:
        units = [told.lead]
    elif audience == COPIED:
        units = list(row.get("copied_to") or ())
    elif audience == FORMER:
        units = [str(told.detail.get("from") or "")]
    elif audience == SENDER:
        units = [row.get("sender_id") or _last(told.changes.get("objected_by"))]
    elif audience == HOTLINE:
        units = [hotline_code(book)]
    else:
        units = []
    return tuple(unit for unit in dict.fromkeys(units) if unit and unit not in out)


def _last(values: Any) -> str:
    return values[-1] if values else ""


def fillings(
    told: Told, book: Book, english: bool, links: Values, states: Values, audience: str = ""
) -> dict[str, str]:
    """What fills the words. ``links`` gives ``code`` and ``url``, ``states`` state -> name.

    ``unit`` is the unit that leads; told to itself, the one that asked it, where there is one.
    """
    return {
        "number": told.number,
        "unit": _unit(told, audience, book, english),
        "due": _moment(_due(told), book, english),
        "state": str(states.get(told.row["state"], "")),
        "code": links.get("code", ""),
        "url": links.get("url", "") or NO_SITE[english],
        "words": said(told, book, english),
    }


def neutral(values: Values) -> dict[str, str]:
    """What of the fillings a confidential requester's message may hold: his number, and where to look."""
    return {name: values[name] if name in ("number", "url") else "" for name in values}


def fill(text: str, values: Values, words_chars: int) -> str:
    """The text with its places filled; what is unknown stays as it is written, nothing is evaluated."""
    parts = []
    for literal, name, _form, _conversion in Formatter().parse(text):
        parts.append(literal)
        if name is None:
            continue
        value = str(values[name]) if name in NOTICE_WORDS else f"{{{name}}}"
        parts.append(_short(value, words_chars) if name == "words" else value)
    return "".join(parts)


def _short(words: str, chars: int) -> str:
    return words if len(words) <= chars else words[: chars - 1] + "…"


def said(told: Told, book: Book, english: bool) -> str:
    """What was said with the event, in the reader's language where there are standard words."""
    changes, row = told.changes, told.row
    if told.verb in ("answer", "explain", "hand_over", "repeat") and row.get("explanation"):
        return _explained(
            str(changes.get("branch") or row.get("branch", "")), str(row["explanation"]), book, english
        )
    for column in _SAID_IN.get(f"{told.kind}.{told.verb}", ()):
        if changes.get(column) or row.get(column):
            return str(changes.get(column) or row[column])
    named = (told.detail.get(name) for name in ONCE_SAID)
    return next((words for words in named if isinstance(words, str) and words), "")


_SAID_IN = {
    "ticket.repeat": ("reply",),
    "ticket.reply": ("reply",),
    "ticket.approve_reply": ("reply",),
    "ticket.shelve": ("shelf_plan",),
    "subticket.send": ("words",),
    "subticket.interim": ("interim",),
    "subticket.give": ("result",),
    "subticket.refuse": ("result",),
    "report.call": ("subject",),
    "report.ask_to_join": ("subject",),
    "report.join": ("subject",),
    "report.decline": ("ruling",),
    "report.give": ("result",),
    "report.refuse": ("refusal",),
    "report.order_in": ("ruling",),
    "report.accept_refusal": ("ruling",),
    "oversight.open": ("words",),
    "oversight.answer": ("answer",),
    "oversight.note": ("talk_result",),
    "exclusion.apply": ("words",),
    "exclusion.approve": ("ruling",),
    "exclusion.refuse": ("ruling",),
    "exclusion.appeal": ("appeal",),
    "exclusion.uphold": ("appeal_ruling",),
    "exclusion.overturn": ("appeal_ruling",),
    "exclusion.revoke": ("ruling",),
}
"""Where a matter keeps the words that an event was about; all of them are masked there already."""


def _explained(branch: str, words: str, book: Book, english: bool) -> str:
    for row in book.by_code("branches").get(branch, ()):
        if english and row.explanation_en and words == masked_by_staff(row.explanation):
            return str(row.explanation_en)
    return words


def _unit(told: Told, audience: str, book: Book, english: bool) -> str:
    handed = told.changes.get("handed_to") or (told.verb == "acknowledge" and told.row.get("handed_to"))
    rows = book.by_code("emergency_lines").get(handed, ()) if handed else ()
    asking = told.row.get("sender_id") if audience == LEAD else ""
    row = rows[-1] if rows else book.units.get(asking or told.lead)
    if row is None:
        return str(handed or "")
    return str(row.name_en if english and row.name_en else row.name)


def _due(told: Told) -> datetime | None:
    """The moment that the event promises: the planned date, the end of the pause, else the limit."""
    column = {"shelve": "shelved_until", "pause": "clock_at"}.get(told.verb, "due_at")
    value = told.changes.get(column) or told.row.get(column)
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _moment(moment: datetime | None, book: Book, english: bool) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(book.identity.timezone))
    if english:
        return f"{local.day} {local:%B}, {local:%H:%M}"
    return f"{local.month}月{local.day}日{local:%H:%M}"


def is_stale(told: Told, book: Book, now: datetime) -> bool:
    """Whether telling this would only disturb: it is old, or the reminder came after the limit.

    So an outage of days floods nobody (rule ``notice.max_age_hours``).
    """
    if too_old(told.at, book, now):
        return True
    if told.verb != "remind":
        return False
    due = told.row.get("due_at")
    return bool(told.detail.get("passed")) or (due is not None and due <= now)


def too_old(at: datetime, book: Book, now: datetime) -> bool:
    """Whether what happened at ``at`` is older than ``notice.max_age_hours``."""
    return now - at > timedelta(hours=float(book.rule("notice.max_age_hours", local_day(book, now))))


def not_before(at: datetime, now: datetime, urgent: bool, book: Book) -> datetime:
    """When a requester may be told of what happened at ``at``.

    Not in quiet hours (``notice.quiet_from`` to ``notice.quiet_to``, city time), and not before what
    follows at once can be gathered (``notice.gather_minutes``). What is urgent goes out now.
    """
    if urgent:
        return now
    on = local_day(book, now)
    moment = max(now, at + timedelta(minutes=float(book.rule("notice.gather_minutes", on))))
    return awake(moment, book)


def awake(moment: datetime, book: Book) -> datetime:
    """The moment itself, or the end of the quiet hours in which it lies."""
    on = local_day(book, moment)
    begin, end = (int(book.rule(code, on)) for code in ("notice.quiet_from", "notice.quiet_to"))
    local = moment.astimezone(ZoneInfo(book.identity.timezone))
    quiet = begin <= local.hour < end if begin <= end else local.hour >= begin or local.hour < end
    if not quiet:
        return moment
    day = local + timedelta(days=1) if local.hour >= end else local
    return day.replace(hour=end % 24, minute=0, second=0, microsecond=0).astimezone(moment.tzinfo)


def next_try(tries: int, now: datetime, book: Book) -> datetime | None:
    """When to try again after ``tries`` failures: twice as late each time; None when it is given up."""
    on = local_day(book, now)
    if tries >= int(book.rule("notice.max_tries", on)):
        return None
    minutes = float(book.rule("notice.retry_minutes", on)) * 2 ** (tries - 1)
    return now + timedelta(minutes=min(minutes, 24 * 60))
