"""Learning how the city reads from what its people confirmed (派单反馈学习).

A ticket that a unit took to its end is an example: its category was chosen or confirmed by those who
dispatched, ruled and worked on it. The newest of them are kept out of learning and judge whether the new
model is better than the one in use; then it learns from them too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import numpy as np

from jieban.city.book import Book
from jieban.city.queries import book as book_of_city
from jieban.foundation.errors import OperatorError
from jieban.reading.learning.lessons import FEWEST_TO_COMPARE, TOLERANCE, Lesson
from jieban.reading.learning.measure import confusion, figures
from jieban.reading.learning.store import Store
from jieban.reading.matter.modelfile import arrays_of, classes_key, own_name
from jieban.reading.matter.samples import Sample, digest, load_samples, samples_folder
from jieban.reading.matter.scoring import Model
from jieban.reading.matter.training import train
from jieban.reading.matter.tree import TreeWords
from jieban.reading.reader import Reader, reader_for
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

MOST = 20_000
"""So many tickets are learned from: the newest."""
FEWEST = 150
"""Fewer confirmed tickets teach nothing that the samples of the pack do not."""
JUDGES = 0.2
"""The share of the tickets, the newest, by which old and new model are held against each other."""

Progress = Callable[[str, int, int], None]


def confirmed(most: int = MOST) -> list[Sample]:
    """The newest tickets with a confirmed category, oldest first, masked as they are kept. One statement."""
    rows = (
        Ticket.objects.filter(state__in=w.COUNTED, category__isnull=False, dispatched_at__isnull=False)
        .order_by("-dispatched_at", "-id")
        .values_list("number", "title", "text", "category_id", "demand_type", "danger", "dispatched_at")[
            :most
        ]
    )
    return [
        Sample(
            number,
            f"{at:%Y-%m}",
            title,
            text,
            {"category": category, "demand_type": kind, "danger": danger},
        )
        for number, title, text, category, kind, danger, at in reversed(rows)
    ]


def learn_from_tickets(store: Store, now: datetime, progress: Progress) -> tuple[str, Lesson]:
    """Learn the city's reading from samples and confirmed tickets; name, and version with comparison.

    Raises ``OperatorError`` where there are too few tickets.
    """
    book = book_of_city()
    tickets = confirmed()
    if len(tickets) < FEWEST:
        raise OperatorError(
            f"{len(tickets)} tickets have a confirmed category; {FEWEST} are needed.",
            "Until then the samples of the city pack teach; nothing has to be done.",
        )
    samples = load_samples(samples_folder(book))
    cut = len(tickets) - max(FEWEST_TO_COMPARE, round(JUDGES * len(tickets)))
    judges = tickets[cut:]
    progress("model", 0, 3)
    new = _judged(Reader(book, samples=[*samples, *tickets[:cut]]), judges)
    progress("model", 1, 3)
    old = _judged(reader_for(book), judges)
    progress("model", 2, 3)
    tree = TreeWords(book)
    types = [row.code for row in book.tables.get("demand_types", ())]
    model = train(book, tree, [*samples, *tickets], types)
    progress("model", 3, 3)
    name = own_name(book)
    card = _card(book, tree, types, model, (samples, tickets), new, now)
    better = (new["macro_f1"] + new["accuracy"]) >= (old["macro_f1"] + old["accuracy"]) - 2 * TOLERANCE
    pair = {key: [new[key], old[key]] for key in ("macro_f1", "accuracy", "top3", "ece")}
    compared = {
        "with": store.active(name) or "samples",
        "on": "newest tickets",
        "rows": len(judges),
        "new_old": pair,
        "better": better,
    }
    version = store.add(name, arrays_of(model), card | {"compared": compared})
    return name, Lesson(version, store.card(name, version), better)


def _judged(reader: Reader, judges: Sequence[Sample]) -> dict[str, Any]:
    """How well a reader tells the categories of tickets."""
    readings = [reader.read(one.title, one.text) for one in judges]
    right = [str(one.label["category"]) for one in judges]
    said = [[guess.code for guess in reading.categories] or [""] for reading in readings]
    sure = np.array([reading.confidence for reading in readings])
    labels = sorted({*right, *(row[0] for row in said)})
    return figures(labels, right, said, sure) | {
        "confusion": confusion(labels, right, [row[0] for row in said])
    }


def _card(
    book: Book,
    tree: TreeWords,
    types: Sequence[str],
    model: Model,
    taught: tuple[Sequence[Sample], Sequence[Sample]],
    judged: dict[str, Any],
    now: datetime,
) -> dict[str, Any]:
    samples, tickets = taught
    return {
        "made_at": now.isoformat(timespec="seconds"),
        "labels": tree.leaves,
        "classes": classes_key(tree, types),
        "data": {
            "source": f"{len(samples)} samples of {book.identity.code}, {len(tickets)} confirmed tickets",
            "rows": len(samples) + len(tickets),
            "from": tickets[0].id,
            "to": tickets[-1].id,
            "fingerprint": sha256((digest(samples) + digest(tickets)).encode()).hexdigest(),
        },
        "width": len(model.linear.ids) if model.linear else 0,
        "held_out": judged,
        "for": "Proposing category, demand type and danger of a request to the people of this city.",
        "limits": "Learned from what was confirmed: what people always decide wrongly it learns wrongly. "
        "Named alarms never depend on it.",
    }
