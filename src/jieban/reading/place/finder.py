"""Finding where it happened: the smallest division that surely holds the place of a request.

Every name in the text speaks for the places it can mean. A district is chosen first, then a street
inside it, then a community inside that; a name that could be many places counts for little until a
district or street named elsewhere decides it. Where two streets are equally likely the district is given.
Only where no name stands as it is, names written wrong are sought.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from jieban.city.book import Book
from jieban.reading.place.gazetteer import WEAK_FACTOR, Called, names_of
from jieban.reading.place.mentions import HERE, LOOSE, Mention, MentionFinder
from jieban.reading.place.unknown import unknown_phrase
from jieban.reading.result import PlaceFound

_SURE = 0.36
"""Below this a place is only an alternative."""
_CLEAR_LEAD = 1.3
"""How much more evidence the first street needs than the second."""
_AGAINST_ADDRESS = 0.45
_HALF_GAIN = 1.3
_LIMIT = 0.995
_AGAIN, _MOST_AGAIN = 0.15, 3
"""How much more a street is believed for each time it is named again, and how often that counts."""
_MOST_OPTIONS = 5
_MEASURED = ((0.0, 0.36, 0.5, 0.65, 0.8, 0.99), (0.0, 0.45, 0.72, 0.9, 0.95, 0.985))
"""Confidence as reckoned here -> share of such places that were right on the samples of Beijing's pack."""

Fields = Sequence[tuple[str, str, str]]
"""(field name, folded text, masked text of the same length or ""): ``address``, ``title`` and ``text``."""


class PlaceFinder:
    """Finds places of a book in folded texts."""

    def __init__(self, book: Book) -> None:
        self._names = MentionFinder(names_of(book))

    def find(self, fields: Fields) -> tuple[PlaceFound | None, tuple[PlaceFound, ...]]:
        """The surest place and all that are possible, best first."""
        best, options, _ = self.understand(fields)
        return best, options

    def find_exact(self, fields: Fields) -> tuple[PlaceFound | None, tuple[PlaceFound, ...]]:
        """As ``find``, by names that stand as they are alone."""
        mentions = _supported(self._names.exact(fields))
        return _resolve(mentions) if mentions else (None, ())

    def understand(self, fields: Fields) -> tuple[PlaceFound | None, tuple[PlaceFound, ...], str]:
        """The surest place, all that are possible, and the words for a place that is not known.

        The words (as the caller wrote them, masked) are given where no street was found.
        """
        exact = self._names.exact(fields)
        mentions = _supported(exact)
        best, options = _resolve(mentions) if mentions else (None, ())
        if not options or (best is not None and not best.street):
            near = self._names.near(fields, best.district if best else "")
            together = _supported([*mentions, *near]) if near else []
            if together:
                best, options = _resolve(together)
        if best is not None and best.street:
            return best, options, ""
        return best, options, unknown_phrase(fields, exact)


def _supported(mentions: list[Mention]) -> list[Mention]:
    """The mentions that count: a weak name needs a cue, or another name of its district beside it."""
    firm = [mention for mention in mentions if not mention.meanings[0].weak]
    districts = {
        called.district for mention in firm for called in mention.meanings if len(mention.meanings) <= 3
    }
    kept = [
        counted
        for mention in mentions
        if (counted := _weighed(mention, firm, districts) if mention.meanings[0].weak else mention)
    ]
    if any(mention.aside == 1.0 for mention in kept):
        return [replace(mention, weight=mention.weight * mention.aside) for mention in kept]
    return kept


def _weighed(mention: Mention, firm: list[Mention], districts: set[str]) -> Mention | None:
    """A weak mention with what speaks for it, or None when it may well be an ordinary word."""
    follows = any(other.field == mention.field and other.end == mention.start for other in firm)
    inside = tuple(called for called in mention.meanings if called.district in districts)
    small = mention.meanings[0].level == "community"
    if inside and (follows or mention.cued or (len(inside) == 1 and not small)):
        gain = 1 / WEAK_FACTOR if follows or mention.cued else _HALF_GAIN
        return _with(mention, tuple(replace(called, trust=called.trust * gain) for called in inside))
    if mention.cued and len(mention.meanings) == 1 and not small:
        return mention
    return None


def _with(mention: Mention, meanings: tuple[Called, ...]) -> Mention:
    return replace(mention, meanings=meanings)


def _evidence(mentions: Iterable[Mention], level: str) -> dict[str, float]:
    """Code of a district, street or community -> evidence for it (minus the log of being wrong).

    A name that is repeated speaks once, with its best weight; among its meanings the trust is shared. Of
    streets, that which is spoken of again and again is a little likelier to be the place.
    """
    best: dict[tuple[str, str], float] = {}
    said: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for mention in mentions:
        shares: dict[str, float] = defaultdict(float)
        whole = sum(called.trust for called in mention.meanings)
        for called in mention.meanings:
            code = _code_at(called, level)
            if code:
                trust = called.around if level == "district" and called.around else called.trust
                shares[code] += trust * mention.weight * called.trust / whole
        for code, share in shares.items():
            key = (mention.quote, code)
            said[code].add((mention.field, mention.start))
            best[key] = max(best.get(key, 0.0), min(share, _LIMIT))
    total: dict[str, float] = defaultdict(float)
    for (_, code), share in best.items():
        total[code] -= math.log1p(-share)
    if level != "street":
        return total
    return {
        code: value * (1 + _AGAIN * min(len(said[code]) - 1, _MOST_AGAIN)) for code, value in total.items()
    }


def _code_at(called: Called, level: str) -> str:
    if level == "district":
        return called.district
    if level == "street":
        return called.street
    return called.code if called.level == "community" else ""


def _resolve(mentions: list[Mention]) -> tuple[PlaceFound | None, tuple[PlaceFound, ...]]:
    by_address = [mention for mention in mentions if mention.field == "address"]
    evidence = _evidence(mentions, "district")
    if by_address and len(by_address) < len(mentions):
        told = _evidence(by_address, "district")
        evidence = {
            code: value if code in told else value * _AGAINST_ADDRESS for code, value in evidence.items()
        }
    ranked = sorted(evidence.items(), key=lambda item: (-item[1], item[0]))
    options = [option for code, value in ranked[:3] for option in _inside(mentions, code, value, evidence)]
    options.sort(key=lambda option: -option.confidence)
    first = _inside(mentions, ranked[0][0], ranked[0][1], evidence)
    tied = len(ranked) > 1 and ranked[1][1] * 1.02 >= ranked[0][1]
    if not first or first[0].confidence < _SURE or tied:
        return None, tuple(options[:_MOST_OPTIONS])
    share = float(np.interp(first[0].confidence, *_MEASURED))
    best = replace(first[0], confidence=round(share, 3))
    rest = [
        replace(option, confidence=round(min(option.confidence, 1 - share), 3))
        for option in options
        if option.code != best.code
    ]
    return best, (best, *rest)[:_MOST_OPTIONS]


def _inside(
    mentions: list[Mention], district: str, value: float, evidence: dict[str, float]
) -> list[PlaceFound]:
    """The smallest sure place inside a district first, then the streets that were possible."""
    inside = [
        _with(mention, kept)
        for mention in mentions
        if (kept := tuple(called for called in mention.meanings if called.district == district))
    ]
    explained = {mention.quote for mention in inside}
    against = _evidence([mention for mention in mentions if mention.quote not in explained], "district")
    rival = max((min(strength, evidence.get(code, 0.0)) for code, strength in against.items()), default=0.0)
    sure = _probability(value) * value / (value + rival)
    streets = sorted(_evidence(inside, "street").items(), key=lambda item: (-item[1], item[0]))
    found: list[PlaceFound] = []
    for code, strength in streets[:3]:
        rival = max((v for c, v in streets if c != code), default=0.0)
        share = _probability(strength) * strength / (strength + rival)
        found.append(_found(inside, code, "street", district, code, min(sure, share)))
    clear = len(streets) == 1 or (len(streets) > 1 and streets[0][1] >= _CLEAR_LEAD * streets[1][1])
    whole = _found(inside, district, "district", district, "", sure)
    if streets and clear and found[0].confidence >= _SURE:
        return [_community(inside, found[0], sure) or found[0], *found[1:]]
    alone = None if streets else _community(inside, whole, sure)
    return [alone or whole, *found]


def _community(inside: list[Mention], above: PlaceFound, sure: float) -> PlaceFound | None:
    """The community inside ``above`` that was named, where only one can be meant."""
    held = [
        _with(mention, kept)
        for mention in inside
        if mention.relation not in LOOSE
        and (
            kept := tuple(c for c in mention.meanings if c.level == "community" and c.street == above.street)
        )
    ]
    ranked = sorted(_evidence(held, "community").items(), key=lambda item: (-item[1], item[0]))
    if not ranked or (len(ranked) > 1 and ranked[0][1] < _CLEAR_LEAD * ranked[1][1]):
        return None
    confidence = min(above.confidence, sure, _probability(ranked[0][1]))
    if confidence < _SURE:
        return None
    return _found(held, ranked[0][0], "community", above.district, above.street, confidence)


def _probability(evidence: float) -> float:
    return 1.0 - math.exp(-evidence)


def _found(
    mentions: list[Mention], code: str, level: str, district: str, street: str, confidence: float
) -> PlaceFound:
    def fits(called: Called) -> bool:
        return code in (called.code, called.street, called.district)

    speaking = [mention for mention in mentions if any(fits(called) for called in mention.meanings)]
    exact = [mention for mention in speaking if any(called.code == code for called in mention.meanings)]
    if not speaking:
        return PlaceFound(code, level, district, street, "", round(min(confidence, 0.99), 3))
    main = max(exact or speaking, key=lambda mention: mention.weight)
    roles = {mention.role for mention in speaking}
    return PlaceFound(
        code, level, district, street, main.quote, round(min(confidence, 0.99), 3),
        role=HERE if HERE in roles else main.role,
        relation=next((mention.relation for mention in (main, *speaking) if mention.relation), ""),
        detail=next((mention.detail for mention in (main, *speaking) if mention.detail), ""),
        how=main.how,
    )  # fmt: skip
