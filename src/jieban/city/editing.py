"""Changing reference data by hand, one or several rows at once, with the checks of a pack.

Nothing is deleted: a row that no longer holds gets a last day. Rows changed here are marked ``by_hand``,
so that loading a newer pack leaves them alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date

from django.db import models, transaction

from jieban.city.check import check_pack
from jieban.city.findings import Finding, errors_of
from jieban.city.loading import touch
from jieban.city.models import CatalogueRow
from jieban.city.queries import read_book
from jieban.city.references import Reference


class EditRefused(Exception):
    """The change cannot be made. ``reason``: ``too_early``, ``later_change`` or ``unsound``.

    ``found``: what would be wrong in the city with it, in the words of ``city check``.
    """

    def __init__(self, reason: str, found: Sequence[Finding] = ()) -> None:
        self.reason, self.found = reason, tuple(found)
        super().__init__(" ".join(f"{one.message} {one.remedy}" for one in found) or reason)


@dataclass(frozen=True, slots=True)
class CatalogueChange:
    """A dated change of the dispatch catalogue: from ``from_day`` on, ``lead`` leads the category there.

    ``assist`` None keeps those of the present row; so does an empty ``tier`` or ``basis``.
    """

    category: str
    place_level: str
    lead: str
    from_day: date
    tier: str = ""
    basis: str = ""
    assist: tuple[str, ...] | None = None
    source: str = ""


def do_change_catalogue(change: CatalogueChange, *, today: date) -> CatalogueRow:
    """End the row of this category and level on ``from_day`` and add the one that follows it.

    The new row keeps the code, so that its history stays together; where the category had no row of its
    own, one is added. About fifty SQL statements, since the whole city is checked. Raises ``EditRefused``.
    """
    if change.from_day <= today:
        raise EditRefused("too_early")
    with transaction.atomic():
        rows = _rows(change)
        if found := new_errors(rows):
            raise EditRefused("unsound", found)
        for row in rows:
            row.save()
        touch()
    return rows[-1]


def _rows(change: CatalogueChange) -> list[CatalogueRow]:
    """The present row with its last day, if there is one, and the new one. Three SQL statements."""
    here = CatalogueRow.objects.select_for_update().filter(
        category=change.category, place_level=change.place_level
    )
    last = here.filter(models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=change.from_day))
    present = list(last.order_by("valid_from"))
    if any(row.valid_from >= change.from_day for row in present):
        raise EditRefused("later_change")
    old = present[-1] if present else None
    new = CatalogueRow(
        code=old.code if old else _code(change),
        category=change.category,
        place_level=change.place_level,
        lead=change.lead,
        assist=list(change.assist if change.assist is not None else old.assist if old else ()),
        tier=change.tier or (old.tier if old else ""),
        basis=change.basis or (old.basis if old else ""),
        valid_from=change.from_day,
        source=change.source or "own",
        status="practice",
        by_hand=True,
        position=_end() if old is None else old.position,
    )
    if old is None:
        return [new]
    old.valid_to, old.by_hand = change.from_day, True
    return [old, new]


def _code(change: CatalogueChange) -> str:
    """A code that no row has: the category and the level, as in the packs."""
    code = f"{change.category}-{change.place_level[:1]}"
    taken = set(CatalogueRow.objects.filter(code__startswith=code).values_list("code", flat=True))
    return next(name for name in (code, *(f"{code}{n}" for n in range(2, 100))) if name not in taken)


def _end() -> int:
    last = CatalogueRow.objects.aggregate(last=models.Max("position"))["last"]
    return 0 if last is None else int(last) + 1


def new_errors(rows: Sequence[Reference]) -> list[Finding]:
    """What would be wrong in the city with these rows and is not wrong without them; nothing is stored."""
    with transaction.atomic():
        for row in rows:
            copy(row).save()
        found = errors_of(check_pack(read_book()))
        transaction.set_rollback(True)
    if not found:
        return []
    before = Counter(_what(one) for one in errors_of(check_pack(read_book())))
    new = []
    for finding in found:
        if before[_what(finding)]:
            before[_what(finding)] -= 1
        else:
            new.append(finding)
    return new


def _what(finding: Finding) -> tuple[str, str, str]:
    return finding.file, finding.column, finding.message
