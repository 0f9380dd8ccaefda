"""Lists of words of the language, kept beside the code as text: no city's facts, no numbers of a city."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

_FOLDER = Path(__file__).parent / "words"


@cache
def lines(name: str) -> tuple[tuple[str, ...], ...]:
    """The lines of the list ``name``, each as its words; notes (#) and empty lines are left out."""
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(
        tuple(line.split()) for line in text.splitlines() if line.strip() and not line.startswith("#")
    )


def words(name: str) -> tuple[str, ...]:
    """All words of the list ``name``."""
    return tuple(word for line in lines(name) for word in line)


def digest() -> str:
    """A key for the content of all lists (SHA-256, hex)."""
    key = sha256()
    for path in sorted(_FOLDER.glob("*.txt")):
        key.update(path.name.encode() + b"\x00" + path.read_bytes())
    return key.hexdigest()
