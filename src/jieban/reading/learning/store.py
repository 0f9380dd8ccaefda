"""Versions of learned models in a folder: each with its card, one of them active, none ever overwritten.

``<folder>/<name>/0001/`` holds ``model.npz`` (numbers only, never pickled) and ``card.json``; the file
``active`` names the version in use and the ones before it. A file that is damaged, changed since it was
written, or of another make is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from jieban.foundation.whole import packed, write_whole
from jieban.reading.learning.model import VERSION, LearnedModel, model_from

MODEL, CARD, ACTIVE = "model.npz", "card.json", "active"
MOST_BYTES = 2_000_000_000
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
_NUMBER = re.compile(r"\d{4,9}")

Arrays = dict[str, npt.NDArray[Any]]
Card = dict[str, Any]


class BadModel(ValueError):
    """A stored model that cannot be trusted; the message says what is wrong with it."""


class NoModel(LookupError):
    """There is no model of this name, or no such version of it."""


@dataclass(frozen=True, slots=True)
class Store:
    """The models of one folder."""

    folder: Path

    def names(self) -> list[str]:
        """The names that have at least one version."""
        if not self.folder.is_dir():
            return []
        return sorted(
            each.name for each in self.folder.iterdir() if each.is_dir() and self.versions(each.name)
        )

    def versions(self, name: str) -> list[str]:
        """The versions of a model, oldest first."""
        place = self._place(name)
        if not place.is_dir():
            return []
        return sorted(
            each.name for each in place.iterdir() if _NUMBER.fullmatch(each.name) and (each / CARD).is_file()
        )

    def add(self, name: str, arrays: Mapping[str, npt.NDArray[Any]], card: Mapping[str, Any]) -> str:
        """Keep a model as the next version of ``name`` and give its number. Raises ``OSError``."""
        content = packed(dict(arrays), compressed=True)
        place = self._place(name)
        place.mkdir(parents=True, exist_ok=True)
        number = int(self.versions(name)[-1]) + 1 if self.versions(name) else 1
        while True:  # two may learn at once: whoever makes the folder has the number
            version = f"{number:04d}"
            try:
                (place / version).mkdir()
                break
            except FileExistsError:
                number += 1
        full = {
            **card,
            "name": name,
            "version": version,
            "make": VERSION,
            "digest": sha256(content).hexdigest(),
        }
        write_whole(place / version / MODEL, content)
        write_whole(place / version / CARD, _lines(full))  # last: a version without a card is none
        return version

    def card(self, name: str, version: str = "") -> Card:
        """The card of a version (the active one when not given). Raises ``NoModel``, ``BadModel``."""
        version = version or self.active(name)
        if not version or version not in self.versions(name):
            raise NoModel(f"{name} {version}".strip())
        try:
            card = json.loads((self._place(name) / version / CARD).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadModel(f"its card cannot be read ({type(error).__name__})") from error
        if not isinstance(card, dict):
            raise BadModel("its card is no card")
        return card

    def arrays(self, name: str, version: str = "") -> Arrays:
        """The numbers of a version, checked against its card. Raises ``NoModel``, ``BadModel``."""
        card = self.card(name, version)
        path = self._place(name) / str(card.get("version")) / MODEL
        try:
            if path.stat().st_size > MOST_BYTES:
                raise BadModel("it is too large")
            content = path.read_bytes()
            if sha256(content).hexdigest() != card.get("digest"):
                raise BadModel("it is not what its card says: it was damaged or changed")
            with np.load(BytesIO(content), allow_pickle=False) as stored:
                return {each: stored[each] for each in stored.files}
        except BadModel:
            raise
        except Exception as error:  # a damaged file can fail in as many ways as it has bytes
            raise BadModel(f"it cannot be read ({type(error).__name__})") from error

    def model(self, name: str, version: str = "") -> LearnedModel:
        """A model of labels, ready to use. Raises ``NoModel``, ``BadModel``."""
        card, arrays = self.card(name, version), self.arrays(name, version)
        if card.get("make") != VERSION:
            raise BadModel("it was made by another version of this program; learn it again")
        try:
            return model_from(arrays, [str(each) for each in card["labels"]], int(card["fields"]))
        except (ValueError, KeyError, TypeError) as error:
            raise BadModel(f"its numbers do not fit together ({error})") from error

    def active(self, name: str) -> str:
        """The version in use; empty when none is."""
        history = self.history(name)
        return history[-1] if history else ""

    def activate(self, name: str, version: str) -> None:
        """Put a version to use after checking that it can be read. Raises ``NoModel``, ``BadModel``."""
        self.arrays(name, version)
        write_whole(self._place(name) / ACTIVE, _lines([*self.history(name), version]))

    def roll_back(self, name: str) -> str:
        """Go back to the version used before; gives it. Raises ``NoModel`` where there is none."""
        history = self.history(name)
        if len(history) < 2:
            raise NoModel(f"{name}: no version was active before")
        self.arrays(name, history[-2])
        write_whole(self._place(name) / ACTIVE, _lines(history[:-1]))
        return history[-2]

    def note(self, name: str, version: str, key: str, value: Any) -> None:
        """Write something more on a card, such as a comparison."""
        card = self.card(name, version)
        card[key] = value
        write_whole(self._place(name) / version / CARD, _lines(card))

    def history(self, name: str) -> list[str]:
        """The versions that were put to use, the present one last."""
        try:
            found = json.loads((self._place(name) / ACTIVE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return [str(each) for each in found] if isinstance(found, list) else []

    def _place(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise NoModel(f"{name!r} cannot be the name of a model: small letters, digits, - and _")
        return self.folder / name


def _lines(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
