"""References that lead nowhere, words outside their list, periods with gaps."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

from jieban.city.book import TABLES
from jieban.city.checks.sheet import Sheet
from jieban.city.rows import Row
from jieban.city.schema import STATUSES

REFERENCES = (
    ("places", "parent", "places"),
    ("place_names", "place", "places"),
    ("units", "parent", "units"),
    ("units", "place", "places"),
    ("units", "line", "lines"),
    ("units", "calendar", "calendars"),
    ("calendar_days", "calendar", "calendars"),
    ("categories", "parent", "categories"),
    ("categories", "tags", "tags"),
    ("dispatch_catalogue", "category", "categories"),
    ("dispatch_catalogue", "tier", "limit_tiers"),
    ("limit_tiers", "calendar", "calendars"),
    ("alarms", "tier", "limit_tiers"),
    ("risk_groups", "tier", "limit_tiers"),
    ("tier_choices", "tier", "limit_tiers"),
    ("tier_choices", "category", "categories"),
    ("tier_choices", "demand_type", "demand_types"),
    ("form_fields", "categories", "categories"),
    ("form_fields", "demand_types", "demand_types"),
    ("ledgers", "categories", "categories"),
    ("ledgers", "tags", "tags"),
    ("ledgers", "coordinator", "units"),
    ("surges", "categories", "categories"),
    ("named_duties", "categories", "categories"),
    ("community_duties", "categories", "categories"),
    ("standard_replies", "categories", "categories"),
    ("whistle_kinds", "calendar", "calendars"),
    ("oversight_triggers", "step", "oversight_steps"),
    ("oversight_steps", "calendar", "calendars"),
)
"""(table, column, table that must hold the code)."""

WORDS: dict[tuple[str, str], tuple[Any, ...]] = {
    ("places", "level"): ("city", "district", "street", "community"),
    ("place_names", "kind"): ("alias", "former", "spoken", "estate", "road", "landmark", "station"),
    ("units", "kind"): (
        "city_government",
        "service_department",
        "hotline",
        "district",
        "street",
        "department",
        "district_department",
        "enterprise",
        "office",
        "property",
    ),
    ("calendar_days", "kind"): ("off", "work"),
    ("categories", "level"): (1, 2, 3),
    ("dispatch_catalogue", "place_level"): ("street", "district", "city", "any"),
    ("limit_tiers", "unit"): ("hour", "day"),
    ("schemes", "unreachable"): ("exclude", "unsolved"),
    ("alarms", "call"): ("", "110", "119", "120", "122"),
    ("form_fields", "kind"): ("text", "number", "money", "date", "yesno", "choice"),
    ("ledgers", "direction"): ("", "serve", "ask"),
    ("callback_reasons", "question"): ("contacted", "solved", "satisfied"),
    ("oversight_triggers", "measure"): (
        "overdue_hours",
        "redone",
        "passed",
        "urged_count",
        "same_requester_repeat",
        "cluster_unsolved",
        "refused_sign",
        "whistle_refused",
        "whistle_neglected",
        "media",
        "instruction",
        "stale_days",
        "tail_rank",
    ),
    ("notice_templates", "audience"): ("requester", "lead", "former", "copied", "sender", "hotline"),
    ("notice_templates", "medium"): ("sms", "email", "desk"),
}
"""(table, column) -> the words that may stand there."""

MUST_HOLD_ALWAYS = ("calendars", "limit_tiers", "schemes", "rules")
"""Tables in which a code may not lapse between two of its periods."""


def check_references(sheet: Sheet) -> None:
    """Every code that points somewhere finds its row."""
    for table, column, target in REFERENCES:
        for line, row in sheet.rows(table):
            value = getattr(row, column)
            for code in value if isinstance(value, tuple) else (value,):
                if code and code not in sheet.codes[target]:
                    message = f"'{code}' is no code of {target}.csv."
                    sheet.error(
                        table, line, column, message, f"Write a code of {target}.csv, or add the row there."
                    )


def check_words(sheet: Sheet) -> None:
    """Columns with a list of words hold one of them; sources are named."""
    for (table, column), allowed in WORDS.items():
        for line, row in sheet.rows(table):
            if getattr(row, column) not in allowed:
                _wrong_word(sheet, table, line, column, getattr(row, column), allowed)
    for table in TABLES:
        for line, row in sheet.rows(table):
            if row.status not in STATUSES:
                _wrong_word(sheet, table, line, "status", row.status, STATUSES)
        bare = [line for line, row in sheet.rows(table) if not row.source]
        if bare:
            message = f"{len(bare)} rows name no source, first here."
            sheet.warn(table, bare[0], "source", message, "Name the document or data set, or write own.")


def check_periods(sheet: Sheet) -> None:
    """Periods do not end before they begin; rules do not lapse."""
    for table in TABLES:
        for line, row in sheet.rows(table):
            _check_period(sheet, table, line, row)
    for table in MUST_HOLD_ALWAYS:
        periods: dict[str, list[tuple[Row, int]]] = defaultdict(list)
        for line, row in sheet.rows(table):
            periods[row.code].append((row, line))
        for code, found in periods.items():
            found.sort(key=lambda each: each[0].valid_from)
            for (earlier, _), (later, line) in pairwise(found):
                if earlier.valid_to and earlier.valid_to < later.valid_from:
                    message = f"'{code}' is not in force from {earlier.valid_to} to {later.valid_from}."
                    remedy = "Let the later row begin on the day the earlier one ends."
                    sheet.error(table, line, "valid_from", message, remedy)


def _check_period(sheet: Sheet, table: str, line: int, row: Row) -> None:
    if row.valid_to is None or row.valid_to > row.valid_from:
        return
    remedy = "valid_to is the first day on which the row no longer holds; leave it empty for no end."
    if row.valid_to == row.valid_from:
        sheet.warn(table, line, "valid_to", "The row is in force on no day.", remedy)
    else:
        sheet.error(table, line, "valid_to", "The period ends before it begins.", remedy)


def _wrong_word(
    sheet: Sheet, table: str, line: int, column: str, value: Any, allowed: tuple[Any, ...]
) -> None:
    words = ", ".join(str(word) if word != "" else "nothing" for word in allowed)
    sheet.error(table, line, column, f"'{value}' may not stand here.", f"Write one of: {words}.")
