"""Playing a city and counting what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from jieban.assessment.actions import do_count_month
from jieban.assessment.queries import months, standings
from jieban.assessment.rules import Counts, rates
from jieban.city.book import Book
from jieban.city.pack import find_pack
from jieban.demo.overseeing import oversee
from jieban.demo.play import City
from jieban.demo.samples import load_desk, load_outbreaks, load_samples
from jieban.dispatch.rules import local_day
from jieban.foundation.errors import OperatorError
from jieban.reading.reader import reader_for
from jieban.tickets.queries import counts_by_channel, counts_by_state, everything

UNIT_KINDS = ("street", "district", "department", "district_department", "enterprise", "service_department")


def simulate(
    book: Book,
    *,
    days: int,
    per_day: int,
    seed: int,
    end: datetime,
    progress: Callable[[float], None] = lambda share: None,
) -> dict[str, Any]:
    """Play ``days`` up to ``end`` (aware) and count the months; gives requests and verbs played.

    Raises ``OperatorError`` for a pack without samples.
    """
    folder = find_pack(book.identity.code)
    samples = load_samples(folder)
    if not samples:
        raise OperatorError(
            f"The pack {book.identity.code} has no samples to play with.",
            "Add labelled requests to its samples folder.",
        )
    outbreaks = load_outbreaks(folder)
    city = City(book, reader_for(book), samples, load_desk(folder), seed, end, outbreaks)
    tally = city.play(days, per_day, progress)
    tally.verbs += oversee(book, end, seed)
    day = end - timedelta(days=days)
    while day <= end + timedelta(days=31):
        do_count_month(local_day(book, day), now=end, book=book)
        day += timedelta(days=28)
    return asdict(tally)


def summary(book: Book) -> dict[str, Any]:
    """The city in numbers: tickets by state and channel, and the latest full month's three rates."""
    scheme = next(iter(book.tables["schemes"]))
    told: dict[str, Any] = {
        "city": book.identity.name,
        "by_state": counts_by_state(everything()),
        "by_channel": counts_by_channel(everything()),
    }
    told["tickets"] = sum(told["by_state"].values())
    counts = Counts()
    found = months()
    for month in found:
        for kind in UNIT_KINDS:
            for standing in standings(month, scheme, kind=kind):
                counts += standing.counts
    rate = rates(counts, scheme)
    told["three_rates"] = {
        "response": rate.response,
        "resolution": rate.resolution,
        "satisfaction": rate.satisfaction,
        "answered": rate.base,
        "excluded_share": rate.excluded_share,
        "scheme": scheme.code,
        "months": [f"{month:%Y-%m}" for month in sorted(found)],
    }
    return told
