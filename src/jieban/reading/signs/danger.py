"""Signs of danger to life that no alarm of the pack names: a second net under ``urgency``.

It only raises a flag for a person to look at once; the numbers to call stand in the pack's alarms. It
knows nothing of whether an alarm was heard: it has to hold where all of them stay silent.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from ahocorasick_rs import AhoCorasick, MatchKind

from jieban.city.book import Book
from jieban.city.rows import Alarm
from jieban.reading.features import Ints, Postings, grams, inverse_frequency
from jieban.reading.signs.phrases import OR
from jieban.reading.text import fold
from jieban.reading.wordlists import lines

_NEAR = 0.72
"""Share of the grams of an alarm's words in the text, from which the alarm is near."""
_MOST_HARM, _MOST_NOW = 6, 4
_COLD_HARM, _COLD_NOW = 2, 1
"""Without samples: so many words of harm together with so many of now are danger."""


class DangerSigns:
    """Measures how much a text sounds like danger."""

    def __init__(self, book: Book) -> None:
        """``book`` gives the alarms; only those of the most urgent tier count for nearness."""
        self._kinds: list[str] = []
        phrases: list[str] = []
        for kind, *words in lines("danger"):
            phrases += words
            self._kinds += [kind] * len(words)
        self._finder = AhoCorasick(phrases, matchkind=MatchKind.LeftmostLongest)
        tiers = [row.code for row in book.tables.get("limit_tiers", ())]
        self._alarms: list[Alarm] = [
            row
            for row in book.tables.get("alarms", ())
            if len(row.phrase) >= 3 and OR not in row.phrase and row.tier == next(iter(tiers), row.tier)
        ]
        distinct = [np.unique(grams(fold(row.phrase))) for row in self._alarms]
        idf = inverse_frequency(distinct, len(distinct))
        self._near = Postings.of([(ids, idf[ids] / max(float(idf[ids].sum()), 1e-6)) for ids in distinct])

    def measure(self, title: str, text: str) -> tuple[int, int]:
        """How many words of harm and how many of now a folded title and text say."""
        found = {
            number for part in (title, text) for number, _, _ in self._finder.find_matches_as_indexes(part)
        }
        kinds = [self._kinds[number] for number in found]
        return min(kinds.count("harm"), _MOST_HARM), min(kinds.count("now"), _MOST_NOW)

    def nearest(self, distinct: Ints) -> Alarm | None:
        """The alarm of which most grams are among the ``distinct`` grams of a text, if nearly all are."""
        if not self._alarms:
            return None
        cover = self._near.dot(distinct, np.ones(len(distinct), dtype=np.float32))
        best = int(np.argmax(cover))
        return self._alarms[best] if cover[best] >= _NEAR else None


def danger_columns(model: float, harm: int, now: int) -> npt.NDArray[np.float64]:
    """The measures of danger in the order of ``scoring.DANGER_COLUMNS``."""
    return np.array([model, harm, now, np.sqrt(harm * now)], dtype=np.float64)


def cold_danger(harm: int, now: int) -> bool:
    """Whether a text is in danger by words alone, where there is no model."""
    return harm >= _COLD_HARM and now >= _COLD_NOW
