"""The law of the call-back: what follows a limit, what sends a ticket back, and when one may call. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.law import CallbackReason

SOLVED = ("yes", "partly", "no")
SATISFIED = ("satisfied", "basic", "dissatisfied")

ATTEMPTS = ("no_answer", "busy", "wrong_number")
"""Outcomes of a call that reached nobody; so many as the rules allow, and the ticket is closed."""
REFUSED, LATER = "refused", "call_later"
OUTCOMES = (*ATTEMPTS, LATER, REFUSED)

ONLY_UNSOLVED, ALSO_DISSATISFIED, ALSO_PARTLY = 0, 1, 2
"""The values of the rule ``callback.redo_on``."""


class AtLimit(StrEnum):
    """What follows when the limit of a ticket is reached (Art. 23)."""

    ASK = "ask"  # the requester is asked
    SETTLE = "settle"  # he has answered before: his answers close it, or send it back
    NOBODY = "nobody"  # nobody can be asked: it came without a name and without a way to reach anybody


def at_the_limit(self_rated: bool, secrecy: str, requester: int | None) -> AtLimit:
    """What follows the limit, from three columns of a ticket.

    Who has rated is not asked again (Art. 8); an anonymous request without contact cannot be asked.
    """
    if self_rated:
        return AtLimit.SETTLE
    if secrecy == "anonymous" and requester is None:
        return AtLimit.NOBODY
    return AtLimit.ASK


def questions_denied(contacted: bool, solved: str, satisfied: str) -> frozenset[str]:
    """The questions that were answered with a no; partly solved is one."""
    said_no = {
        "contacted": not contacted,
        "solved": solved in ("no", "partly"),
        "satisfied": satisfied == "dissatisfied",
    }
    return frozenset(question for question, denied in said_no.items() if denied)


def reasons_of(book: Book, now: datetime) -> tuple[CallbackReason, ...]:
    """The reasons that may be given today, in the order of the table (``callback_reasons.csv``)."""
    return tuple(book.current("callback_reasons", local_day(book, now)))


def fitting(reasons: Sequence[str], denied: Iterable[str], known: Iterable[CallbackReason]) -> list[str]:
    """The reasons that belong to a question answered with a no, each once, in the order of the table.

    What belongs to another question is left out: it was ticked before the answer was changed.
    Raises ``ValueError`` for a code that is in no row.
    """
    rows = {row.code: row.question for row in known}
    for code in reasons:
        if code not in rows:
            raise ValueError(code)
    asked = frozenset(denied)
    return [code for code, question in rows.items() if code in reasons and question in asked]


def goes_back(solved: str, satisfied: str, redone: int, *, most: int, on: int) -> bool:
    """Whether the answers send a ticket back to be done again (重办, Jinan Art. 27).

    ``most``: rule ``callback.redo_max``; ``on``: rule ``callback.redo_on``.
    """
    if redone >= most:
        return False
    if solved == "no":
        return True
    if on >= ALSO_PARTLY and solved == "partly":
        return True
    return on >= ALSO_DISSATISFIED and satisfied == "dissatisfied"


@dataclass(frozen=True, slots=True)
class CallingHours:
    """The hours of a day in which requesters are called, city time; ``until`` is no longer one of them."""

    begin: float
    until: float
    zone: ZoneInfo

    def allow(self, moment: datetime) -> bool:
        """Whether one may call at this moment."""
        local = moment.astimezone(self.zone)
        return self.begin <= local.hour + local.minute / 60 < self.until


def calling_hours(book: Book, now: datetime) -> CallingHours:
    """The calling hours of today (rules ``callback.from_hour``, ``callback.to_hour``)."""
    on = local_day(book, now)
    begin, until = (float(book.rule(code, on)) for code in ("callback.from_hour", "callback.to_hour"))
    return CallingHours(begin, until, ZoneInfo(book.identity.timezone))


def clock_words(hour: float) -> str:
    """An hour of the day as it stands on a clock: ``8:00``, ``21:30``."""
    whole, rest = divmod(round(hour * 60), 60)
    return f"{whole}:{rest:02d}"


def next_call(visited_at: datetime | None, agreed: bool, gap: timedelta) -> datetime | None:
    """From when on the requester may be called again; None: at once.

    ``visited_at``: the last attempt, or the moment that was agreed on (``agreed``).
    """
    if visited_at is None:
        return None
    return visited_at if agreed else visited_at + gap


def drawn(draw: float, share: float) -> bool:
    """Whether a closed ticket is asked a second time: ``draw`` is evenly spread over 0 to 1."""
    return draw < share
