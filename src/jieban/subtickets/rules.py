"""The pure rules of sub-tickets: who may see one, and by when its unit must answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jieban.city.book import Book
from jieban.city.units import superiors
from jieban.matters.rules import Actor, recused


def may_see(sub: Mapping[str, Any], actor: Actor, book: Book, *, everything: bool) -> bool:
    """Whether somebody may see a sub-ticket, as a row: its two units, the districts above them, and whoever
    sees the whole city. Nobody who is recused from the ticket (回避)."""
    if recused(actor, sub):
        return False
    if everything:
        return True
    units = {unit for unit in (actor.unit, *actor.units) if unit}
    parties = [code for code in (sub["lead_id"], sub["sender_id"]) if code]
    if units.intersection(parties):
        return True
    above = {one.code for code in parties for one in superiors(book, code) if one.kind == "district"}
    return bool(units & above)


def answer_by(wanted: datetime | None, usual: datetime, latest: datetime | None) -> datetime:
    """By when the unit asked must answer: as wanted, else as usual, never after the ticket's limit."""
    due = wanted or usual
    return min(due, latest) if latest else due
