"""Every command of ours in one table; a test checks that each exists and is documented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its name as typed, the room it belongs to, and what it does in one sentence."""

    name: str
    room: str
    says: str


COMMANDS: tuple[Command, ...] = (
    Command("demo", "start", "set up a living city from our own samples and serve it"),
    Command("serve", "start", "serve the pages and the API, with the worker beside them"),
    Command("worker", "start", "do what is due: clocks and background jobs"),
    Command("city", "city", "check, load or show a city pack"),
    Command("take-in", "intake", "take requests in from a CSV, XLSX, Parquet or JSONL file"),
    Command("surge", "intake", "write what changed of a topic that fills the lines"),
    Command("knowledge", "knowledge", "load answers and search them"),
    Command("read", "dispatch", "say what a text is about and which unit it would go to; writes nothing"),
    Command("learn", "reading", "learn to label texts from a file, or from confirmed tickets"),
    Command("score", "reading", "measure a learned model on any labelled file"),
    Command("models", "reading", "list, compare, put to use and take back learned models"),
    Command("dispatch-learn", "dispatch", "learn from samples how to rank units, and when to send alone"),
    Command("dispatch-report", "dispatch", "tell how right, how sure and how steady dispatch is"),
    Command("recompute", "handling", "compute the limits of open tickets anew after a change of rules"),
    Command("simulate", "demo", "play days of a city on the tickets that are there"),
    Command("rebuild", "matters", "build every ticket again from its events and compare"),
    Command("api-key", "people", "make a key for a connected system"),
    Command("database", "foundation", "tell about, start or stop the embedded database"),
    Command("bench", "bench", "measure one of our promises and print JSON"),
)
