"""The words that carried each decision about a request, as spans of its masked text.

Made anew when a person asks, from the text as it is shown; the reading itself keeps only short reasons.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import exp

from jieban.reading.reader import HEAD, Reader, head_of
from jieban.reading.result import Reading
from jieban.reading.text import fold
from jieban.reading.why.contributions import (
    FIELDS,
    Account,
    DangerWords,
    Grams,
    category_account,
    danger_account,
    type_account,
)
from jieban.reading.why.spans import Seen, Span, spoken, weighed

GUESSES = 3
"""So many of the likeliest matters are explained."""
_KINDS = {"keyword": "category"}
"""Kind of a reason -> kind of its spans, where they differ."""
_MASKED = re.compile(r"(?:[0-9a-z@._-]{0,8}|[\u4e00-\u9fff])\*+(?:[0-9a-z@*._-]{0,20})")
_danger_words = DangerWords()


@dataclass(frozen=True, slots=True)
class Why:
    """A reading with the words that carried it; offsets of spans are in the masked text of the reading."""

    reading: Reading
    spans: tuple[Span, ...]
    accounts: tuple[Account, ...]

    def of(self, kind: str, code: str = "") -> list[Span]:
        """The spans of one kind of decision, of one code if given."""
        return [span for span in self.spans if span.kind == kind and code in ("", span.points_to)]


def carried(
    reader: Reader, title: str, text: str, *, address: str = "", hint: str = "", on: date | None = None
) -> tuple[Span, ...]:
    """The spans that carried each decision; takes what ``Reader.read`` takes."""
    return why(reader, title, text, address=address, hint=hint, on=on).spans


def why(
    reader: Reader,
    title: str,
    text: str,
    *,
    address: str = "",
    hint: str = "",
    on: date | None = None,
    also: Iterable[str] = (),
) -> Why:
    """The reading of a request and what carried it. ``also``: categories explained beside the guesses."""
    reading = reader.read(title, text, category_hint=hint, address=address, on=on)
    shown = {"title": reading.title, "text": reading.text, "address": reading.address}
    folded = {field: fold(words) for field, words in shown.items()}
    head = head_of(folded["title"], folded["text"])
    accounts = _accounts(reader, reading, head, also)
    spans = _by_rule(reading, shown, folded)
    hidden = [span for span in spans if span.kind == "secret"]
    seen = [
        Seen.of(field, part, shown[field], HEAD, hidden) for field, part in zip(FIELDS, head, strict=True)
    ]
    for account in accounts:
        spans += weighed(seen, account.weights, account.kind, account.code)
    return Why(reading, tuple(dict.fromkeys(spans)), tuple(accounts))


def _accounts(reader: Reader, reading: Reading, head: tuple[str, str], also: Iterable[str]) -> list[Account]:
    """The sums of all decisions that are weighed."""
    model, tree, types = reader.model, reader.tree, reader.types
    found = Grams(head, model.linear)
    guessed = [guess.code for guess in reading.categories[:GUESSES]]
    codes = [code for code in dict.fromkeys((*guessed, *also)) if code in tree.number]
    accounts: list[Account | None] = [category_account(found, model, tree, code) for code in codes]
    told, _ = types.told(*head)
    if not told:
        cues = types.cues(*head)
        accounts.append(type_account(found, model, cues.scores, cues.phrases, reading.demand_type))
    if reading.danger:
        measured = reader.signs.measure(*head)
        danger = danger_account(found, model, _danger_words, measured, reading.tier)
        # where an alarm alone decided, the weighed words carried nothing
        accounts.append(danger if danger and _is_enough(danger.score, model.settled.danger_from) else None)
    return [account for account in accounts if account is not None]


def _is_enough(odds: float, least: float) -> bool:
    """Whether log-odds of danger reach the least probability that counts."""
    return 1 / (1 + exp(-odds)) >= least


def _by_rule(reading: Reading, shown: Mapping[str, str], folded: Mapping[str, str]) -> list[Span]:
    """The words that decide by themselves: reasons with a quote, and what is masked."""
    found: list[Span] = []
    for reason in reading.reasons:
        if reason.kind in ("model", "hint"):
            continue
        kind = _KINDS.get(reason.kind, reason.kind)
        found += spoken(shown, folded, fold(reason.quote), kind, reason.points_to)
    for field, words in folded.items():
        for match in _MASKED.finditer(words):
            start, end = match.span()
            found.append(Span(field, start, end, 1.0, "secret", "", shown[field][start:end]))
    return found
