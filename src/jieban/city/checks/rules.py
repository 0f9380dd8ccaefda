"""Calendars, limits, weights, alarms and the number of a ticket."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jieban.city.checks.sheet import Sheet
from jieban.city.clock import parse_hours

CALENDARS = ("always", "working")
EXCLUSION_NEEDS = ("platform", "contacts", "date", "evidence", "second")


def check_identity(sheet: Sheet) -> None:
    """The time zone exists and the number format gives a number of its own to every ticket."""
    who = sheet.book.identity
    try:
        ZoneInfo(who.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"There is no time zone '{who.timezone}'."
        sheet.error("pack.toml", 0, "timezone", message, "Write a name such as Asia/Shanghai.")
    remedy = 'Write for example "{date:%y%m%d}{serial:06d}{check}".'
    try:
        first = _number(who.number_format, datetime(2026, 1, 2), 1)
        others = {
            _number(who.number_format, datetime(2026, 1, 2), 2),
            _number(who.number_format, datetime(2026, 1, 3), 1),
        }
    except (KeyError, IndexError, ValueError, AttributeError, TypeError) as error:
        message = f"The number format '{who.number_format}' does not format: {error}."
        sheet.error("pack.toml", 0, "number.format", message, remedy)
        return
    if first in others or len(others) < 2:
        message = f"'{who.number_format}' gives two tickets the same number."
        sheet.error("pack.toml", 0, "number.format", message, remedy)


def check_calendars(sheet: Sheet) -> None:
    """Hours and weekdays can be read, and the two calendars that every city has are there."""
    for code in CALENDARS:
        if code not in sheet.codes["calendars"]:
            sheet.error("calendars", 0, "code", f"There is no calendar '{code}'.", "Add it.")
    for line, calendar in sheet.rows("calendars"):
        try:
            parse_hours(calendar.hours)
        except ValueError as error:
            message = f"{error}"[:1].upper() + f"{error}"[1:]
            sheet.error("calendars", line, "hours", message, "Write spans such as 09:00-12:00|13:30-18:00.")
        days = calendar.weekdays
        if not days or len(set(days)) < len(days) or not set(days) <= set("1234567"):
            remedy = "Write each day once, 1 = Monday to 7 = Sunday."
            sheet.error("calendars", line, "weekdays", f"'{days}' are not weekdays.", remedy)


def check_tiers(sheet: Sheet) -> None:
    """Limits are times, and what must happen on the way does not come after the end."""
    for line, tier in sheet.rows("limit_tiers"):
        if tier.amount < (0 if tier.unit == "day" else 1):
            remedy = "Write 1 or more; 0 days mean the end of the same day."
            sheet.error("limit_tiers", line, "amount", "A limit of less than one.", remedy)
        for column in ("sign_in_hours", "first_contact_hours", "warn_hours"):
            if getattr(tier, column) < 0:
                sheet.error("limit_tiers", line, column, "A time below zero.", "Write hours, 0 or more.")
        if tier.unit == "hour" and max(tier.sign_in_hours, tier.first_contact_hours) > tier.amount:
            message = "Sign-in or first contact may come after the limit."
            sheet.warn("limit_tiers", line, "sign_in_hours", message, "Write fewer hours than the limit has.")


def check_schemes(sheet: Sheet) -> None:
    """Weights add up to 100; the values of the middle answers lie between 0 and 1."""
    weights = ("weight_response", "weight_resolution", "weight_satisfaction")
    for line, scheme in sheet.rows("schemes"):
        parts = [getattr(scheme, column) for column in weights]
        if sum(parts) != 100 or min(parts) < 0:
            message = f"The weights add up to {sum(parts)}."
            sheet.error(
                "schemes", line, weights[0], message, "Give three weights, none below 0, that add up to 100."
            )
        for column in ("basic_satisfied", "partly_solved"):
            if not Decimal(0) <= getattr(scheme, column) <= Decimal(1):
                message = f"{getattr(scheme, column)} is not between 0 and 1."
                sheet.error("schemes", line, column, message, "Write the share that this answer counts.")


def check_small_rules(sheet: Sheet) -> None:
    """Exclusions come up again after at least a day; alarm phrases are long enough to mean something."""
    for line, exclusion in sheet.rows("exclusions"):
        if exclusion.days is not None and exclusion.days < 1:
            sheet.error("exclusions", line, "days", "Fewer than one day.", "Write days, or leave it empty.")
        for need in exclusion.needs:
            if need not in EXCLUSION_NEEDS:
                remedy = f"Write some of: {', '.join(EXCLUSION_NEEDS)}."
                sheet.error("exclusions", line, "needs", f"'{need}' is nothing that can be needed.", remedy)
    for line, alarm in sheet.rows("alarms"):
        if len(alarm.phrase) < 2:
            message = f"'{alarm.phrase}' is a single sign and will be found in harmless words."
            sheet.warn("alarms", line, "phrase", message, "Write the words around it too.")


def _number(form: str, day: datetime, serial: int) -> str:
    """A ticket number without its check digit, which is the same for equal numbers."""
    return form.replace("{check}", "").format(date=day, serial=serial)
