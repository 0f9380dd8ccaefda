"""A city whose numbers a test may turn, without touching the database."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from jieban.city.book import Book


def with_rules(book: Book, **numbers: int) -> Book:
    """The same city with other numbers: ``with_rules(city, dispatch__dual=1)``."""
    wanted = {name.replace("__", "."): Decimal(value) for name, value in numbers.items()}
    rows = book.tables["rules"]
    assert set(wanted) <= {row.code for row in rows}
    turned = tuple(replace(row, value=wanted[row.code]) if row.code in wanted else row for row in rows)
    return Book(
        book.identity, {**book.tables, "rules": turned}, f"{book.fingerprint} {sorted(wanted.items())}"
    )
