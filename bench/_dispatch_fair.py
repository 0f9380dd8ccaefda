"""What the bench of dispatch says of fairness: by style of speaking, and when who asks changes, not what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from jieban.city.book import Book
from jieban.dispatch.ranker.learned import learned_for
from jieban.dispatch.ranker.learning import Told
from jieban.dispatch.ranker.value import Waiting, queue_value, value_weights
from jieban.dispatch.rules import propose
from jieban.reading.reader import reader_for


def by_style(book: Book, rows: Sequence[tuple[Told, bool]], on: date) -> list[dict[str, Any]]:
    """For each style of speaking: the share of right first units and the mean value in the queue (no danger).

    ``expected`` is the mean value of all requests whose label demands the same time limit:
    a style whose value is far below it waits longer for the way it speaks.
    """
    weights = value_weights(book, on)
    grouped: dict[str, list[tuple[Told, bool, float]]] = defaultdict(list)
    by_tier: dict[str, list[float]] = defaultdict(list)
    for one, hit in rows:
        proposal = propose(one.reading, book, on)
        waiting = Waiting(tier=proposal.tier, confidence=0.5)
        value = queue_value(waiting, book, weights, on)
        grouped[one.sample.style].append((one, hit, value))
        by_tier[str(one.sample.label.get("tier"))].append(value)
    usual = {tier: sum(values) / len(values) for tier, values in by_tier.items()}
    found = []
    for style, cases in sorted(grouped.items()):
        expected = [usual[str(one.sample.label.get("tier"))] for one, _, _ in cases]
        found.append(
            {
                "style": style,
                "count": len(cases),
                "top1": round(sum(hit for _, hit, _ in cases) / len(cases), 4),
                "value": round(sum(value for _, _, value in cases) / len(cases), 4),
                "expected": round(sum(expected) / len(expected), 4),
            }
        )
    return found


CHANGES = {
    "name": "我姓欧阳。",
    "phone": "我的电话是13800138000。",
    "woman": "我是女的。",
    "man": "我是男的。",
    "hukou": "我是外地户口。",
    "dialect": "俺跟你说啊。",
    "anonymous": "我不想留名字。",
}
"""What callers say of themselves that must change neither unit nor tier nor value."""
MOST_ASKED = 200


def steady(book: Book, told: Sequence[Told], on: date) -> dict[str, Any]:
    """The share of proposals that stay the same when the caller says something about himself.

    Measured with the reader and the learned order of the pack on an even choice of samples; ``unit``,
    ``tier`` and ``value`` as shares unchanged, by what was said and in all.
    """
    reader, learned = reader_for(book), learned_for(book)
    weights = value_weights(book, on)
    chosen = told[:: max(1, len(told) // MOST_ASKED)]

    def ask(title: str, text: str) -> tuple[str, str, float]:
        reading = reader.read(title, text, on=on)
        proposal = propose(reading, book, on, learned=learned)
        waiting = Waiting(tier=proposal.tier, danger=reading.danger, confidence=0.5)
        unit = proposal.best.unit if proposal.best else ""
        return unit, proposal.tier, queue_value(waiting, book, weights, on)

    before = [ask(one.sample.title, one.sample.text) for one in chosen]
    same: dict[str, list[tuple[bool, bool, bool]]] = {}
    for name, words in CHANGES.items():
        after = [ask(one.sample.title, f"{one.sample.text}{words}") for one in chosen]
        same[name] = [(a[0] == b[0], a[1] == b[1], a[2] == b[2]) for a, b in zip(before, after, strict=True)]
    rows = {name: _shares(cases) for name, cases in same.items()}
    return {"asked": len(chosen), **_shares([case for cases in same.values() for case in cases]), "by": rows}


def _shares(cases: Sequence[tuple[bool, bool, bool]]) -> dict[str, float]:
    count = max(1, len(cases))
    names = ("unit", "tier", "value")
    return {name: round(sum(case[n] for case in cases) / count, 4) for n, name in enumerate(names)}
