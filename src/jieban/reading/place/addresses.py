"""Parsing an address into its parts: by rules, or by a model that was trained on a tagged corpus.

The model is looked for in the folder ``models/address`` of Jieban's home (the newest ``*.npz``). Without one,
or where it is damaged, the rules serve; both give the same form.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jieban.reading.place.address_features import pieces_of
from jieban.reading.place.address_model import AddressModel, AddressModelDamaged, load_model
from jieban.reading.place.address_rules import MOST, parts_by_rules
from jieban.reading.place.address_training import spans_of

FOLDER = Path("address")
"""The folder of address models inside the folder of models."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an address: its kind ("road", "houseno", …), its words, and where they stand."""

    kind: str
    text: str
    start: int
    end: int


class AddressParser:
    """Parses addresses: by its model, else by the rules. Safe to share between threads."""

    def __init__(self, model: AddressModel | None = None) -> None:
        self.model = model

    def parse(self, address: str) -> list[Part]:
        """The parts of an address in their order; of a longer text the first 300 signs. Takes any text."""
        text = address[:MOST]
        found = parts_by_rules(text) if self.model is None else _learned(self.model, text)
        return [Part(kind, text[start:end], start, end) for kind, start, end in found]


def _learned(model: AddressModel, text: str) -> list[tuple[str, int, int]]:
    places = pieces_of(text)
    tags = model.tags_of([text[start:end] for start, end in places])
    return [
        (kind, places[first][0], places[end - 1][1])
        for kind, first, end in spans_of(tags)
        if kind != "redundant"
    ]


def parser_for(models: Path) -> tuple[AddressParser, str]:
    """The parser by the newest sound model under ``models``, and what was wrong with the others ("" if none).

    ``models`` is the folder of models in Jieban's home.
    """
    folder, wrong = models / FOLDER, ""
    for path in sorted(folder.glob("*.npz"), reverse=True) if folder.is_dir() else ():
        try:
            return AddressParser(load_model(path)), wrong
        except AddressModelDamaged as error:
            wrong = wrong or f"{path.name}: {error}"
    return AddressParser(), wrong


def parse(address: str) -> list[Part]:
    """The parts of an address by the rules alone."""
    return AddressParser().parse(address)
