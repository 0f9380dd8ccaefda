"""The daily e-mail to units: what is overdue, due today and new, in counts and numbers only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.foundation import env, sealing
from jieban.foundation.inserting import insert_rows
from jieban.notices.models import Delivery
from jieban.notices.queries import Day, days_of
from jieban.people.queries import Mailbox, mailboxes_of

LATE_HOURS = 4
"""A digest that could not be made within so many hours of its time is left out that day."""


def do_digest(now: datetime, book: Book) -> int:
    """Write the digests of the day (city date) when their hour (``notice.digest_hour``) has come.

    Three SQL statements at most, however many units there are; a second call on the same day writes
    nothing. Gives how many were written.
    """
    local = now.astimezone(ZoneInfo(book.identity.timezone))
    hour = int(book.rule("notice.digest_hour", local_day(book, now)))
    if not hour <= local.hour < hour + LATE_HOURS:
        return 0
    cause = f"digest:{local.date().isoformat()}"
    written = frozenset(Delivery.objects.filter(cause=cause).values_list("recipient", flat=True))
    boxes = [box for box in mailboxes_of() if f"account:{box.account}" not in written]
    if not boxes:
        return 0
    midnight = datetime.combine(local.date() + timedelta(days=1), time.min, local.tzinfo)
    days = days_of({box.unit for box in boxes}, now, midnight, now - timedelta(days=1))
    rows = list(_deliveries(boxes, {day.unit: day for day in days}, cause, now, book))
    insert_rows(Delivery, rows, once=True)
    return len(rows)


def _deliveries(
    boxes: Iterable[Mailbox], days: dict[str, Day], cause: str, now: datetime, book: Book
) -> Iterable[Delivery]:
    for box in boxes:
        day = days.get(box.unit)
        if day is None:
            continue
        with translation.override(box.language or "zh-hans"):
            subject, text = words(day, book, translation.get_language() == "en")
        yield Delivery(
            cause=cause,
            verb="digest",
            audience="lead",
            medium="email",
            recipient=f"account:{box.account}",
            subject=subject,
            text=sealing.seal(text, "text"),
            next_at=now,
            at=now,
        )


def words(day: Day, book: Book, english: bool) -> tuple[str, str]:
    """Subject and text of a digest in the language that is set."""
    unit = book.units[day.unit]
    name = unit.name_en if english and unit.name_en else unit.name
    subject = _("%(unit)s today: %(overdue)d overdue, %(today)d due today, %(new)d new") % {
        "unit": name,
        "overdue": day.overdue,
        "today": day.today,
        "new": day.new,
    }
    lines = [
        _("Overdue: %(n)d") % {"n": day.overdue},
        _("Due today: %(n)d") % {"n": day.today},
        _("New since yesterday: %(n)d") % {"n": day.new},
    ]
    if day.overdue_numbers:
        lines.append(_("Overdue longest: %(numbers)s") % {"numbers": ", ".join(day.overdue_numbers)})
    if env.public_url():
        lines.append(f"{env.public_url()}/desk/")
    return subject, "\n".join(lines) + "\n"
