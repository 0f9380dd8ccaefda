"""Draw docs/lifecycle.md from the transition tables: ``python scripts/lifecycle.py``.

The drawing is Mermaid, which forges and editors show as a picture; below it each line of the table stands
with its rule. ``tests/guards/test_lifecycle.py`` fails when the document is not what the tables say.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "lifecycle.md"
HEAD = """# The life of a ticket

Drawn from the transition tables by `python scripts/lifecycle.py`; do not edit by hand. Every change of a
matter is one line of a table: from these states, this verb, said by these roles, leads there. No other
code writes a state (`tests/guards/test_workflow.py`). Verbs that keep the state stand in the tables below
the drawings. Who may say what is told as one matrix in [roles.md](roles.md).
"""


def document() -> str:
    """The whole document."""
    from jieban.matters.kinds import all_kinds

    parts = [HEAD]
    for kind in all_kinds():
        parts.append("\n".join(_of_kind(kind)))
    return "\n".join(parts).rstrip() + "\n"


def _of_kind(kind: object) -> Iterator[str]:
    workflow, name = kind.workflow, kind.name  # type: ignore[attr-defined]
    room = kind.model.__module__.split(".")[1]  # type: ignore[attr-defined]
    names = _state_names(room, name)
    yield f"## {name.replace('_', ' ').capitalize()} (`{room}`)\n"
    yield from _drawing(workflow, names)
    yield ""
    yield from _table(workflow)
    yield ""
    yield from _flow(kind)


def _state_names(room: str, kind: str) -> dict[str, str]:
    """The states of a kind in English words; the code where the room has none."""
    for module in ("names", f"{kind}_names", "workflow", f"{kind}_workflow", f"workflows.{kind}"):
        try:
            found = import_module(f"jieban.{room}.{module}")
        except ModuleNotFoundError:
            continue
        if hasattr(found, "STATE_NAMES"):
            return {code: str(words) for code, words in found.STATE_NAMES.items()}
    return {}


def _drawing(workflow: object, names: dict[str, str]) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    known = workflow.states | {workflow.initial}  # type: ignore[attr-defined]
    states = [state for state in names if state in known] + sorted(known - set(names))
    for state in states:
        yield f'    state "{names.get(state, state)}" as {state}'
    yield f"    [*] --> {workflow.initial}"  # type: ignore[attr-defined]
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line in workflow.table:  # type: ignore[attr-defined]
        for source in line.sources:
            if line.to and line.to != source:
                arrows[source, line.to].append(line.verb)
    for (source, to), verbs in arrows.items():
        yield f"    {source} --> {to}: {', '.join(verbs)}"
    for state in sorted(workflow.closed):  # type: ignore[attr-defined]
        yield f"    {state} --> [*]"
    yield "```"


def _table(workflow: object) -> Iterator[str]:
    yield "| verb | from | to | who | where | needs | rule |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for line in workflow.table:  # type: ignore[attr-defined]
        cells = (
            f"`{line.verb}`",
            ", ".join(line.sources),
            line.to or "–",
            ", ".join(sorted(line.roles)),
            line.where.name.lower().replace("_", " "),
            ", ".join(line.needs) or "–",
            line.source,
        )
        yield "| " + " | ".join(cells) + " |"


def _flow(kind: object) -> Iterator[str]:
    yield "What follows:"
    yield ""
    for verb, jobs in kind.flow.items():  # type: ignore[attr-defined]
        yield f"* after `{verb}`: {', '.join(f'`{job}`' for job in jobs)}"
    for clock, handler in kind.clocks.items():  # type: ignore[attr-defined]
        yield f"* when the clock `{clock}` rings: `{handler}`"
    if kind.notices:  # type: ignore[attr-defined]
        yield f"* somebody is told after: {', '.join(sorted(kind.notices))}"  # type: ignore[attr-defined]
    yield ""


def main() -> None:
    """Write the document."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jieban.settings")
    sys.path.insert(0, str(ROOT / "src"))
    import django

    django.setup()
    from django.utils import translation

    with translation.override("en"):
        DOCUMENT.write_text(document(), encoding="utf-8")
    print(f"{DOCUMENT.relative_to(ROOT)} written")


if __name__ == "__main__":
    main()
