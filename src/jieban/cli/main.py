"""The ``jieban`` command: Django's command runner under our name, with help by room in plain words."""

from __future__ import annotations

import os
import sys

from jieban.cli.table import COMMANDS, Command


def main() -> None:
    """Run ``jieban COMMAND …``; without a command, or with ``help``, say what there is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jieban.settings")
    words = sys.argv[1:]
    if not words or (words[0] in ("help", "-h", "--help") and len(words) < 2):
        print(overview())
        return
    if words[0] == "help":
        words = [words[1], "--help"]
    sys.exit(_run(words))


def _run(words: list[str]) -> int:
    from django.core.management import ManagementUtility

    from jieban.foundation.errors import OperatorError

    name = words[0].replace("-", "_")
    try:
        ManagementUtility(["jieban", name, *words[1:]]).execute()
    except OperatorError as error:
        print(f"jieban {words[0]}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except Exception as error:
        if not _without_tables(error):
            raise
        print(
            f"jieban {words[0]}: The database has no tables of this version yet.\n{_MIGRATE}", file=sys.stderr
        )
        return 1
    return 0


_MIGRATE = "What to do: run jieban demo, or jieban migrate and then jieban city load PACK."


def _without_tables(error: Exception) -> bool:
    """Whether a command met a database that was never brought up to this version."""
    from psycopg.errors import UndefinedColumn, UndefinedTable

    return isinstance(error.__cause__, UndefinedTable | UndefinedColumn)


def overview() -> str:
    """The commands by room, one line each."""
    lines = ["jieban COMMAND [OPTIONS]     'jieban help COMMAND' tells more", ""]
    for room, commands in _by_room().items():
        lines.append(f"{room}")
        lines += [f"  {one.name:<16}{one.says}" for one in commands]
        lines.append("")
    lines.append("Django's own commands (migrate, shell, createsuperuser …) work too.")
    return "\n".join(lines)


def _by_room() -> dict[str, list[Command]]:
    rooms: dict[str, list[Command]] = {}
    for command in COMMANDS:
        rooms.setdefault(command.room, []).append(command)
    return rooms
