"""What people decided about common matters, and what the finder learns from it.

A decision on two tickets becomes a ruling on their matters: what was parted is not suggested again for
any two tickets of these matters, what was joined is suggested sooner. The bar of a category moves in
small steps with what its people accept and decline, between two ends, and each move is a row of a report.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple

from django.db.models import Count, Max, Q

from jieban.city.book import Book
from jieban.dispatch.events.models import ACCEPTED, DECLINED, EventSuggestion, JoinBar, MatterRuling
from jieban.matters.rules import Actor
from jieban.reading.privacy.notes import masked_by_staff
from jieban.tickets.models import Ticket

SOONER = 0.5
"""Two matters that a person joined are suggested from this share of the bar on."""


class About(NamedTuple):
    """What of a ticket names its matter."""

    id: int
    category: str
    place: str
    street: str


def about(ticket: Ticket) -> About:
    """What of a stored ticket names its matter."""
    return About(ticket.pk, ticket.category_id or "", ticket.place_id or "", ticket.street)


def fingerprint(one: About) -> str:
    """What names the matter of a ticket: its category at its place; without a place the ticket itself."""
    where = one.place or one.street
    return _digest(f"{one.category}|{where}") if one.category and where else key(one.id)


def key(ticket: int) -> str:
    """The fingerprint of one ticket alone."""
    return _digest(f"ticket|{ticket}")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _both(one: About, other: About) -> tuple[str, str]:
    """The two fingerprints in their order; those of the tickets where the matters have the same."""
    mine, theirs = fingerprint(one), fingerprint(other)
    if mine == theirs:
        mine, theirs = key(one.id), key(other.id)
    return min(mine, theirs), max(mine, theirs)


def do_rule(
    one: Ticket, other: Ticket, actor: Actor, *, together: bool, now: datetime, note: str = ""
) -> MatterRuling:
    """Keep what a person decided about two matters; the latest word holds. Two SQL statements."""
    low, high = _both(about(one), about(other))
    made, _new = MatterRuling.objects.update_or_create(
        one=low,
        other=high,
        defaults={
            "together": together,
            "category": one.category_id or "",
            "by": actor.id,
            "by_name": actor.name[:80],
            "at": now,
            "note": masked_by_staff(note),
        },
    )
    return made


def rulings(pairs: Iterable[tuple[About, About]]) -> dict[tuple[int, int], bool]:
    """For pairs of tickets what a person ruled on their matters, by their ids; others are left out.

    One SQL statement, none for none. A ruling on the two tickets themselves goes before that on matters.
    """
    asked: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for one, other in pairs:
        mine, theirs = key(one.id), key(other.id)
        asked[one.id, other.id] = [(min(mine, theirs), max(mine, theirs)), _both(one, other)]
    wanted = {pair for both in asked.values() for pair in both}
    if not wanted:
        return {}
    rows = MatterRuling.objects.filter(
        one__in={low for low, _ in wanted}, other__in={high for _, high in wanted}
    )
    said = {(one, other): together for one, other, together in rows.values_list("one", "other", "together")}
    found = {}
    for ids, both in asked.items():
        ruled = next((said[pair] for pair in both if pair in said), None)
        if ruled is not None:
            found[ids] = ruled
    return found


def wanted(chance: float, bar: float, ruled: bool | None) -> bool:
    """Whether a pair is suggested: never against a ruling, sooner with one. Pure."""
    if ruled is None:
        return chance >= bar
    return ruled and chance >= bar * SOONER


@dataclass(frozen=True, slots=True)
class BarRules:
    """The dated rules of the bars: where they begin, step, ends, and how many decisions move one."""

    start: float
    step: float
    low: float
    high: float
    least: int
    precision: float


def bar_rules(book: Book, on: date) -> BarRules:
    """The rules in force on a day. Raises ``LookupError`` where the city has none."""
    return BarRules(
        float(book.rule("event.suggest_bar", on)),
        float(book.rule("event.bar_step", on)),
        float(book.rule("event.bar_low", on)),
        float(book.rule("event.bar_high", on)),
        int(book.rule("event.bar_decisions", on)),
        float(book.rule("event.wanted_precision", on)),
    )


def moved(bar: float, accepted: int, declined: int, rules: BarRules) -> float:
    """The bar after some decisions: up a step where too few were right, down where nearly all were. Pure."""
    total = accepted + declined
    if total < rules.least:
        return bar
    right = accepted / total
    if right < rules.precision:
        return round(min(rules.high, bar + rules.step), 4)
    if right >= (1 + rules.precision) / 2:
        return round(max(rules.low, bar - rules.step), 4)
    return bar


def bars(categories: Sequence[str], start: float) -> dict[str, float]:
    """The bar in force for each category. One SQL statement, none for none."""
    if not categories:
        return {}
    latest = (
        JoinBar.objects.filter(category__in=set(categories)).order_by("category", "-id").distinct("category")
    )
    known = dict(latest.values_list("category", "bar"))
    return {category: known.get(category, start) for category in categories}


def do_move_bars(*, now: datetime, book: Book, on: date) -> list[JoinBar]:
    """Move the bars of categories whose people decided often enough since the last move. Three statements.

    One step for each run and category; gives the moves made.
    """
    rules = bar_rules(book, on)
    since = dict(JoinBar.objects.values_list("category").annotate(at=Max("at")))
    decided = EventSuggestion.objects.filter(state__in=(ACCEPTED, DECLINED)).exclude(category="")
    days = decided.values_list("category").annotate(last=Max("decided_at"))
    made = []
    for category, last in days:
        after = since.get(category)
        if after is not None and last <= after:
            continue
        counted = decided.filter(category=category, **({"decided_at__gt": after} if after else {})).aggregate(
            yes=Count("pk", filter=Q(state=ACCEPTED)), no=Count("pk", filter=Q(state=DECLINED))
        )
        before = bars([category], rules.start)[category]
        bar = moved(before, counted["yes"], counted["no"], rules)
        if counted["yes"] + counted["no"] >= rules.least:
            made.append(
                JoinBar(
                    category=category,
                    before=before,
                    bar=bar,
                    accepted=counted["yes"],
                    declined=counted["no"],
                    at=now,
                )
            )
    JoinBar.objects.bulk_create(made)
    return made
