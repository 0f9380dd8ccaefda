"""Members of staff of a bench: one role each."""

from __future__ import annotations

from jieban.matters.rules import Actor
from jieban.people.roles import Role


def member(role: Role, unit: str) -> Actor:
    """Somebody with one role in a unit."""
    return Actor("staff", f"bench:{role}@{unit}"[:40], str(role), frozenset({role}), unit, frozenset({unit}))


def clerk(unit: str) -> Actor:
    """A clerk of a unit."""
    return member(Role.CLERK, unit)


def reviewer(unit: str) -> Actor:
    """A reviewer of a unit."""
    return member(Role.REVIEWER, unit)


DISPATCHER = member(Role.DISPATCHER, "hotline")
SUPERVISOR = member(Role.SUPERVISOR, "hotline")
CALLER = member(Role.CALLER, "hotline")
