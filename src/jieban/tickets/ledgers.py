"""Which special ledgers (台账) a request belongs to, and which body outside the city it concerns. Pure.

Ordinance Art. 21-22: what concerns central organs, central enterprises or troops is coordinated; each
such body has a double ledger (双台账): what the city serves, and what the city asks of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from jieban.city.book import Book
from jieban.city.law import Ledger, Party

PARTY = "party"
"""Key among the answers of a ticket under which the body outside the city stands."""
SERVE, ASK = "serve", "ask"


def party_in(book: Book, on: date, text: str) -> Party | None:
    """The body outside the city that the words name; the longest phrase counts, of equals the first."""
    best: tuple[int, Party] | None = None
    for row in book.current("parties", on):
        length = max((len(phrase) for phrase in row.phrases if phrase in text), default=0)
        if length and (best is None or length > best[0]):
            best = (length, row)
    return best[1] if best else None


def ledgers_of(book: Book, on: date, *, category: str, requester_kind: str, party: Party | None) -> list[str]:
    """The codes of the ledgers in which a request is kept, in the order of the file.

    One criterion is enough: category, tag of the matter, kind of requester, or kind of the body that it
    concerns. What the city asks (direction ``ask``) is entered when it is asked, not when it comes in.
    """
    tags = {tag for row in book.category_path(category) for tag in row.tags}
    return [
        row.code
        for row in book.current("ledgers", on)
        if row.direction != ASK and _fits(row, category, tags, requester_kind, party)
    ]


def ledger_for_asking(book: Book, on: date, party: Party) -> Ledger | None:
    """The ledger of what the city asks of such a body; None when the city keeps none."""
    for row in book.current("ledgers", on):
        if row.direction == ASK and row.party_kind == party.kind:
            found: Ledger = row
            return found
    return None


def _fits(row: Ledger, category: str, tags: Iterable[str], requester_kind: str, party: Party | None) -> bool:
    return bool(
        any(category.startswith(code) for code in row.categories if category)
        or set(row.tags) & set(tags)
        or requester_kind in row.requester_kinds
        or (party and row.party_kind and party.kind == row.party_kind)
    )
