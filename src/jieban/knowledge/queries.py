"""Reading the knowledge base beside search: lists by code, versions, and what is stale."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from jieban.knowledge.models import Article, Check

PAGE = 50


def newest() -> QuerySet[Article]:
    """The newest version of every article that was not withdrawn."""
    return Article.objects.filter(current=True, withdrawn=False)


def listed(
    after: str, *, kind: str = "", unit: str = "", stale: date | None = None
) -> tuple[list[Article], str]:
    """Some articles by code, and the code to go on after; empty when it was the last page.

    ``stale`` leaves those that were last checked on that day or later. One SQL statement, at the same
    cost however deep.
    """
    rows = newest().filter(code__gt=after)
    if kind:
        rows = rows.filter(kind=kind)
    if unit:
        rows = rows.filter(unit=unit)
    if stale:
        rows = rows.filter(Q(checked_at__lt=stale) | Q(checked_at__isnull=True))
    found = list(rows.order_by("code")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].code if len(found) > PAGE else ""


def counts(stale: date) -> tuple[int, int]:
    """How many articles there are, and how many of them were checked before a day or never."""
    rows = newest()
    return rows.count(), rows.filter(Q(checked_at__lt=stale) | Q(checked_at__isnull=True)).count()


def stale_by_unit(stale: date) -> dict[str, int]:
    """How many stale articles each unit answers for; '' for none. One SQL statement."""
    found: dict[str, int] = {}
    rows = newest().filter(Q(checked_at__lt=stale) | Q(checked_at__isnull=True))
    for unit in rows.values_list("unit", flat=True):
        found[unit] = found.get(unit, 0) + 1
    return found


def versions(code: str) -> list[Article]:
    """All versions of an article, the newest first. One SQL statement."""
    return list(Article.objects.filter(code=code).order_by("-version"))


def checks_of(code: str) -> list[Check]:
    """Who looked at an article and found it right, the latest first. One SQL statement."""
    return list(
        Check.objects.filter(article__code=code).select_related("article").order_by("-on", "-pk")[:50]
    )
