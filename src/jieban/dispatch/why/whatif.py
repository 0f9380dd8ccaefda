"""What would send a request elsewhere: the changes of ``reading.why`` with the unit they lead to. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from jieban.dispatch.rules import Proposal
from jieban.reading.reader import Reader
from jieban.reading.result import PlaceFound, Reading
from jieban.reading.why.carried import Why
from jieban.reading.why.changes import Change, Judge, Outcome, outcome_of, would_change

Proposer = Callable[[Reading], Proposal]
"""What dispatch proposes for a reading: ``rules.propose`` with all else that it takes."""


def judge_of(proposer: Proposer, place: PlaceFound | None = None) -> Judge:
    """What follows of a reading: what reading decides, and the unit, the queue and the limit.

    ``place``: the place that a person has chosen, which no words change.
    """

    def judge(reading: Reading) -> Outcome:
        if place is not None:
            reading = replace(reading, place=place)
        proposal = proposer(reading)
        return {
            **outcome_of(reading),
            "unit": proposal.best.unit if proposal.best else "",
            "queue": proposal.queue,
            "tier": proposal.tier,
        }

    return judge


def what_if(
    reader: Reader,
    because: Why,
    proposer: Proposer,
    *,
    hint: str = "",
    on: date | None = None,
    place: PlaceFound | None = None,
) -> list[Change]:
    """What would change the matter, the unit, the danger or the limit; each change was tried.

    ``because``: the request with its reasons; ``hint``, ``on``: as it was read.
    """
    reading = because.reading
    return would_change(
        reader,
        reading.title,
        reading.text,
        address=reading.address,
        hint=hint,
        on=on,
        judge=judge_of(proposer, place),
        because=because,
    )
