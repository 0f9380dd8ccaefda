"""What keeps a request from the party that it is about (Ordinance Art. 8, 35; Jinan 2018: recusal). Pure."""

from __future__ import annotations

from dataclasses import replace

from jieban.city.book import Book
from jieban.city.rows import Unit
from jieban.dispatch.rules import DISPATCH_QUEUE, Proposal
from jieban.intake.standing import Standing
from jieban.reading.result import Reading

REPORT = "REPORT"  # 举报
_SHORT = 4


def kept_from_reported(proposal: Proposal, reading: Reading, standing: Standing, book: Book) -> Proposal:
    """The proposal without recused units; a report (举报) that names a unit of its place waits for a person.

    A request from which anybody is recused is always looked at by a person before it goes out.
    """
    candidates = tuple(
        replace(
            one,
            assist=tuple(code for code in one.assist if code not in standing.recused),
            copied_to=tuple(code for code in one.copied_to if code not in standing.recused),
            industry="" if one.industry in standing.recused else one.industry,
        )
        for one in proposal.candidates
        if one.unit not in standing.recused
    )
    proposal = replace(proposal, candidates=candidates)
    best = proposal.best
    if proposal.queue:
        return proposal
    if standing.recused:
        return replace(proposal, queue=DISPATCH_QUEUE, why_queue="recused")
    if reading.demand_type == REPORT and best is not None:
        words = f"{reading.title}\n{reading.text}"
        concerned = {best.unit, best.industry, *best.assist, *best.copied_to}
        if reading.place is not None:
            concerned |= {reading.place.street, reading.place.district}
        if any(names_unit(words, book.units[code]) for code in concerned if code in book.units):
            return replace(proposal, queue=DISPATCH_QUEUE, why_queue="reported")
    return proposal


def names_unit(words: str, unit: Unit) -> bool:
    """Whether the words name the unit itself, with or without its city or district."""
    for end in ("区", "县", "市"):
        _before, found, after = unit.name.partition(end)
        if found and len(after) >= _SHORT and after in words:
            return True
    return unit.name in words
