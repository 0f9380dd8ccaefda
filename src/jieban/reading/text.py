"""Making a caller's text safe to look at: no invisible signs, one way of writing each sign.

``clean`` gives the text that is stored and quoted. ``fold`` gives the same text for matching: exactly
as long, so that a place in one is the same place in the other.
"""

from __future__ import annotations

from jieban.foundation.text import clean, fold

__all__ = ["CLAUSE_END", "clause_start", "clean", "fold"]

CLAUSE_END = "，。！？；、,.!?;\n\r\t …"
"""Signs at which a clause ends."""


def clause_start(text: str, position: int, reach: int) -> int:
    """Where the clause that holds ``position`` begins, looking back at most ``reach`` signs."""
    low = max(0, position - reach)
    for index in range(position - 1, low - 1, -1):
        if text[index] in CLAUSE_END:
            return index + 1
    return low
