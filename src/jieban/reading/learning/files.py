"""Where the models of this installation lie."""

from __future__ import annotations

from pathlib import Path

from jieban.foundation import env
from jieban.reading.learning.store import Store

FOLDER = "learned"


def models() -> Store:
    """The store in Jieban's home."""
    return Store(env.home() / "models" / FOLDER)


def named(given: str) -> tuple[Store, str, str]:
    """Store, name and version of what a person wrote: ``name``, ``name:0002``, or the folder of a version.

    The version is empty where only a name is given: the active one is meant, else the newest.
    """
    folder = Path(given)
    if folder.is_dir() and (folder / "card.json").is_file():
        folder = folder.resolve()
        return Store(folder.parent.parent), folder.parent.name, folder.name
    name, _, version = given.partition(":")
    store = models()
    if not version:
        known = store.versions(name)
        version = store.active(name) or (known[-1] if known else "")
    return store, name, version
