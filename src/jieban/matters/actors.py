"""Who acts, as the engine sees him: staff, connected systems, requesters, and the platform itself."""

from __future__ import annotations

from jieban.matters.rules import Absent, Actor
from jieban.people.models import Account, ApiKey
from jieban.people.roles import Role

PLATFORM = Actor("system", "platform", "Jieban", frozenset({Role.SYSTEM}))


def staff(account: Account) -> Actor:
    """A member of staff, with the roles of those for whom he stands in now.

    He acts for his own unit only; what he may see is another question. No SQL statement for the account
    of a request, else one.
    """
    unit = account.unit_id or ""
    return Actor(
        kind="staff",
        id=f"account:{account.pk}",
        name=str(account),
        roles=frozenset(account.role_set),
        unit=unit,
        units=frozenset({unit} if unit else ()),
        own_roles=frozenset(account.own_roles),
        absent=tuple(Absent(f"account:{one.pk}", one.name, one.roles) for one in account.stands_in_for),
    )


def machine(key: ApiKey) -> Actor:
    """A connected system, known by its API key."""
    return Actor("machine", f"key:{key.pk}", key.name, frozenset({Role.MACHINE}))


def requester(number: str = "") -> Actor:
    """The requester of the matter ``number``; without a number, somebody who is about to file one."""
    return Actor("requester", f"matter:{number}" if number else "", "", frozenset({Role.REQUESTER}))
