"""The rules of exclusion. Pure: who may decide, who may hear an appeal, how long a ticket stays out.

Every exclusion has an applicant, evidence, a reviewer from another level and an end (Art. 32; Beijing 2025
opinion), so that a rate cannot be made better in silence.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from jieban.city.book import Book
from jieban.city.rows import Exclusion, Unit

LEVELS = {
    "street": 1,
    "district_department": 1,
    "district": 2,
    "department": 2,
    "enterprise": 2,
    "hotline": 3,
    "service_department": 4,
    "city_government": 5,
}
"""How high a unit stands by its kind; a kind that is not named stands nowhere and decides nothing."""


def may_decide(applicant: Unit, decider: Unit, lead: str | None) -> bool:
    """Whether ``decider`` may decide on an application of ``applicant`` (Art. 32: graded).

    He stands higher than the applicant and is not the unit that leads the ticket: the government above
    the applicant, the hotline, or the service department for those of the second level.
    """
    if decider.code in (applicant.code, lead):
        return False
    low, high = LEVELS.get(applicant.kind, 0), LEVELS.get(decider.kind, 0)
    if not 0 < low < high:
        return False
    if decider.kind == "hotline" or decider.code == applicant.parent:
        return True
    return decider.kind == "service_department" and low == LEVELS["district"]


def may_hear(applicant: Unit, hearer: Unit, lead: str | None, first_level: int) -> bool:
    """Whether ``hearer`` may decide on an appeal: another level than the first decision, and a higher one.

    Only bodies of the whole city hear appeals: the hotline, its department, the city government.
    """
    if hearer.code in (applicant.code, lead):
        return False
    level = LEVELS.get(hearer.kind, 0)
    return level > max(first_level, LEVELS["district"])


def excluded_until(row: Exclusion, now: datetime, shelf_until: datetime | None) -> datetime | None:
    """When the ticket counts again: after the days of the row, with the date of a ledger at the latest.

    None where the row says no number of days: then it may not be approved.
    """
    if row.days is None:
        return None
    end = now + timedelta(days=row.days)
    return min(end, shelf_until) if shelf_until and "date" in row.needs else end


def asked_too_late(closed_at: datetime | None, now: datetime, days: int) -> bool:
    """Whether the days after the end of the call-back are over in which a unit may apply."""
    return closed_at is not None and now > closed_at + timedelta(days=days)


def reasons(book: Book, on: date) -> list[Exclusion]:
    """The reasons in force on a day (city date), in the order of the table."""
    return list(book.current("exclusions", on))
