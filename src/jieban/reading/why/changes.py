"""What would change a decision: the fewest words that, left out or added, lead to another one.

Each change that is told was tried: the text was really read again. The work is bounded by the number of
readings, fewer for a long text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from jieban.city.rows import Place
from jieban.reading.reader import Reader
from jieban.reading.result import Reading
from jieban.reading.signs.phrases import GAP, OR
from jieban.reading.text import fold
from jieban.reading.why.carried import Why, why

MOST_READINGS = 40
_FEWEST_READINGS = 6
_SIGNS = 20_000
"""Signs read for one answer at most; a long text is read fewer times."""
MOST_LEFT_OUT = 6
"""Phrases that are left out together at most."""
_MOST_WORDS = 3
"""Words of another matter that are added together at most."""
_ALIKE = 0.6
"""Share of the pairs of signs of an alarm that stand in the text, from which it is worth a try."""
_LEFT_OUT = "…"
_KINDS = {
    "category": ("category",),
    "unit": ("category", "place"),
    "danger": ("alarm", "danger"),
    "tier": ("alarm", "danger", "category"),
    "type": ("type",),
}
"""What is decided -> the kinds of words that carry it."""

_MAY_BE_NONE = frozenset({"danger", "category"})
"""What it says something of that there is none; without a unit it is the place that is missing."""

Outcome = Mapping[str, str]
"""What is decided (``category``, ``type``, ``danger``, ``tier``, ``place`` …) -> code; empty for no."""
Judge = Callable[[Reading], Outcome]


@dataclass(frozen=True, slots=True)
class Change:
    """A change that leads to another decision.

    ``how``: ``unsaid`` (``words`` left out), ``said`` (``words`` added), ``elsewhere`` (another place
    named), ``nowhere`` (no place named). ``of``: what changes; ``before`` and ``after`` its codes.
    """

    how: str
    of: str
    words: tuple[str, ...]
    before: str
    after: str


def outcome_of(reading: Reading) -> Outcome:
    """What reading alone decides."""
    return {
        "category": reading.category,
        "type": reading.demand_type,
        "danger": "danger" if reading.danger else "",
        "tier": reading.tier,
        "place": reading.place.code if reading.place else "",
    }


class Trial:
    """A request that can be read again with other words; ``left`` readings remain."""

    def __init__(self, reader: Reader, because: Why, judge: Judge, hint: str, on: date | None) -> None:
        reading = because.reading
        self.reader, self.judge, self.hint, self.on = reader, judge, hint, on
        self.fields = (reading.title, reading.text, reading.address)
        size = sum(len(part) for part in self.fields)
        self.left = max(_FEWEST_READINGS, min(MOST_READINGS, _SIGNS // max(size, 1)))
        self._known: dict[tuple[tuple[str, ...], str], Reading] = {}
        self.before = judge(reading)

    def read(self, left_out: Iterable[str] = (), added: str = "") -> Reading | None:
        """The reading without some words and with others added; None when no reading is left."""
        fields = self.without(left_out)
        if added:
            fields = (fields[0], f"{fields[1]}，{added}" if fields[1] else added, fields[2])
        key = (fields, self.hint)
        if key not in self._known:
            if self.left <= 0:
                return None
            self.left -= 1
            self._known[key] = self.reader.read(
                fields[0], fields[1], address=fields[2], category_hint=self.hint, on=self.on
            )
        return self._known[key]

    def explained(self, left_out: Iterable[str], category: str) -> Why | None:
        """What carries ``category`` when some words are left out; None when no reading is left."""
        if self.left <= 0:
            return None
        self.left -= 1
        title, text, address = self.without(left_out)
        return why(self.reader, title, text, address=address, hint=self.hint, on=self.on, also=(category,))

    def without(self, left_out: Iterable[str]) -> tuple[str, str, str]:
        """Title, text and address with every mention of some words left out."""
        words = sorted({fold(one) for one in left_out if one}, key=lambda one: (-len(one), one))
        if not words:
            return self.fields
        pattern = re.compile("|".join(re.escape(one) for one in words))
        title, text, address = (_cut(part, pattern) for part in self.fields)
        return title, text, address

    def differs(self, of: str, left_out: Iterable[str] = (), added: str = "") -> bool:
        """Whether something else is decided then."""
        reading = self.read(left_out, added)
        after = self.judge(reading)[of] if reading else self.before[of]
        return after != self.before[of] and bool(after or of in _MAY_BE_NONE)

    def change(self, how: str, of: str, words: Iterable[str], reading: Reading) -> Change:
        """A change that was tried."""
        return Change(how, of, tuple(words), self.before[of], self.judge(reading)[of])


def _cut(words: str, pattern: re.Pattern[str]) -> str:
    parts, last = [], 0
    for match in pattern.finditer(fold(words)):
        parts.append(words[last : match.start()])
        last = match.end()
    return _LEFT_OUT.join([*parts, words[last:]])


def would_change(
    reader: Reader,
    title: str,
    text: str,
    *,
    address: str = "",
    hint: str = "",
    on: date | None = None,
    judge: Judge = outcome_of,
    because: Why | None = None,
) -> list[Change]:
    """The fewest words that change each thing decided; first what need not have been said.

    ``judge`` says what follows of a reading (``outcome_of``, or a room above that adds the unit);
    ``because`` is the reading with its reasons, if it was made before.
    """
    because = because or why(reader, title, text, address=address, hint=hint, on=on)
    trial = Trial(reader, because, judge, hint, on)
    found: list[Change | None] = [
        _unsaid(trial, because, of) for of in _asked(trial.before) if trial.before.get(of)
    ]
    found += [_runner_up(trial, because), *_places(trial, because), _alarm(trial, because)]
    kept: dict[tuple[str, tuple[str, ...], str], Change] = {}
    for change in found:
        if change:
            kept.setdefault((change.how, change.words, change.of), change)
    return list(kept.values())


def _asked(before: Outcome) -> tuple[str, ...]:
    """What it is asked of; danger makes the tier, so that one need not be asked as well."""
    return ("danger", "category", "unit") if before.get("danger") else ("category", "unit", "tier")


def _unsaid(trial: Trial, because: Why, of: str) -> Change | None:
    """The fewest phrases, as far as leaving out one after the other finds them, that change ``of``."""
    phrases: list[str] = []
    now: Why | None = because
    while now is not None and len(phrases) < MOST_LEFT_OUT:
        more = _carrying(now, of, because.reading.category)[: MOST_LEFT_OUT - len(phrases)]
        for one in more:
            phrases.append(one)
            if trial.differs(of, phrases):
                return _least(trial, of, phrases)
        now = trial.explained(phrases, because.reading.category) if more else None
    return None


def _least(trial: Trial, of: str, phrases: list[str]) -> Change | None:
    """The phrases without those that are not needed for the change, the weakest tried first."""
    for one in reversed(phrases[:-1]):
        fewer = [other for other in phrases if other != one]
        if trial.differs(of, fewer):
            phrases = fewer
    reading = trial.read(phrases)
    return trial.change("unsaid", of, phrases, reading) if reading else None


def _carrying(because: Why, of: str, category: str) -> list[str]:
    """The phrases that carry a decision, the strongest first; what stands inside another goes with it."""
    weights: dict[str, float] = {}
    for span in because.spans:
        points = span.kind != "category" or (span.points_to and category.startswith(span.points_to))
        if span.kind in _KINDS[of] and span.weight > 0 and points:
            weight = span.weight + (span.kind == "alarm")
            weights[span.words] = max(weights.get(span.words, 0.0), weight)
    ordered = sorted(weights, key=lambda words: (-weights[words], words))
    return [one for one in ordered if not any(one in other and one != other for other in ordered)]


def _runner_up(trial: Trial, because: Why) -> Change | None:
    """The words of the second likeliest matter that, if said, would make it the first."""
    guesses = because.reading.categories
    row = trial.reader.book.categories.get(guesses[1].code) if len(guesses) > 1 else None
    if row is None:
        return None
    words: list[str] = []
    for word in dict.fromkeys((row.name, *row.keywords)):
        words.append(word)
        if len(words) > _MOST_WORDS:
            break
        reading = trial.read(added="，".join(words))
        if reading is None:
            break
        if reading.category == row.code:
            return trial.change("said", "category", words, reading)
    return None


def _places(trial: Trial, because: Why) -> list[Change]:
    """What follows when no place is named, and when another street is."""
    named: list[str] = []
    reading: Reading | None = because.reading
    while reading and reading.place and reading.place.quote and len(named) < MOST_LEFT_OUT:
        named.append(reading.place.quote)
        reading = trial.read(named)
    found = []
    asked = [one for one in ("queue", "unit") if one in trial.before] or ["place"]
    if named and reading and reading.place is None:
        after = trial.judge(reading)
        for each in asked:
            if after[each] != trial.before[each]:
                found.append(trial.change("nowhere", each, named, reading))
                break
    other = _another_street(trial.reader, because.reading)
    if other is not None:
        reading = trial.read(named, _called(trial.reader, other))
        if reading and reading.place and reading.place.street == other.code:
            change = trial.change("elsewhere", asked[-1], [_called(trial.reader, other)], reading)
            found += [change] if change.after != change.before else []
    return found


def _another_street(reader: Reader, reading: Reading) -> Place | None:
    """Another street of the same district, the next by its code; the first of the city without a place."""
    district = reading.place.district if reading.place else ""
    own = reading.place.street if reading.place else ""
    streets = sorted(
        (row for row in reader.book.places.values() if row.level == "street" and row.code != own),
        key=lambda row: (row.parent != district, row.code < own, row.code),
    )
    return streets[0] if streets else None


def _called(reader: Reader, street: Place) -> str:
    district = reader.book.place_at(street.code, "district")
    return f"{district.name}{street.name}" if district else street.name


def _alarm(trial: Trial, because: Why) -> Change | None:
    """The alarm nearest to the words that, if said, would call for help at once."""
    if trial.before.get("danger"):
        return None
    tiers = [row.code for row in trial.reader.book.tables.get("limit_tiers", ())]
    said = _pairs(fold("\n".join(trial.fields)))
    best: tuple[float, str] = (0.0, "")
    for row in trial.reader.book.tables.get("alarms", ()):
        holds = row.in_force(trial.on) if trial.on else row.valid_to is None
        if holds and row.tier == next(iter(tiers), "") and not {GAP, OR} & set(row.phrase):
            pairs = _pairs(fold(row.phrase))
            best = max(best, (len(pairs & said) / max(len(pairs), 1), row.phrase))
    if best[0] < _ALIKE:
        return None
    reading = trial.read(added=best[1])
    return trial.change("said", "danger", [best[1]], reading) if reading and reading.danger else None


def _pairs(words: str) -> set[str]:
    return {words[place : place + 2] for place in range(len(words) - 1)}
