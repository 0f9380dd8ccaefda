"""The only readers of people's data for other rooms."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Collection
from dataclasses import dataclass

from jieban.foundation import sealing
from jieban.people.models import Account, ApiKey, Words
from jieban.people.phones import read_phone
from jieban.people.roles import Role

KEY_SECONDS = 2.0
"""How long a process goes on with a key that it has seen; a revoked key ends within this time."""

_seen: dict[str, tuple[float, ApiKey]] = {}


def api_key(key: str) -> ApiKey | None:
    """The active connected system with this key. One SQL statement, none within two seconds."""
    hashed = sealing.token_hash(key)
    until, known = _seen.get(hashed, (0.0, None))
    if known is not None and time.monotonic() < until:
        return known
    _seen.pop(hashed, None)
    found = ApiKey.objects.filter(key_hash=hashed, active=True).first()
    if found is not None:
        _seen[hashed] = (time.monotonic() + KEY_SECONDS, found)
    return found


def forget_keys() -> None:
    """Let the next call look into the database (a key was revoked in this process; tests)."""
    _seen.clear()


@dataclass(frozen=True, slots=True)
class Address:
    """Where a requester is told of one matter: ``phone`` takes text messages; each may be empty."""

    requester: int | None
    phone: str
    email: str
    language: str


def addresses_of(matters: Collection[int]) -> dict[int, Address]:
    """Where the requesters of these matters want to be told of them. One SQL statement for all.

    For ``notices`` alone: no person looks at these, and each delivery is its own record.
    """
    rows = Words.objects.filter(pk__in=matters).values_list(
        "id", "requester_id", "requester__phone", "email", "language"
    )
    return {
        matter: Address(requester, _mobile(_unsealed(phone, "phone")), _unsealed(email, "email"), language)
        for matter, requester, phone, email, language in rows
    }


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The e-mail address of a member of staff who is written to for his unit."""

    account: int
    unit: str
    email: str
    language: str


WRITTEN_TO = (Role.CLERK, Role.REVIEWER, Role.LEADER, Role.DISPATCHER, Role.SUPERVISOR)
"""Who is written to for his unit."""


def mailboxes_of(units: Collection[str] | None = None) -> list[Mailbox]:
    """The mailboxes of the people who work in these units, or in any. One SQL statement."""
    accounts = Account.objects.filter(is_active=True, roles__overlap=[str(role) for role in WRITTEN_TO])
    accounts = accounts.exclude(email="").exclude(unit=None)
    if units is not None:
        accounts = accounts.filter(unit__in=units)
    return [
        Mailbox(pk, unit or "", email, language)
        for pk, unit, email, language in accounts.order_by("pk").values_list(
            "pk", "unit_id", "email", "language"
        )
    ]


def others_may_review(unit: str, but: str) -> bool:
    """Whether somebody of the unit besides ``but`` (id of an actor) may review its replies. One SQL
    statement."""
    reviewers = Account.objects.filter(
        is_active=True, unit=unit, roles__overlap=[str(Role.REVIEWER), str(Role.LEADER)]
    )
    pk = but.removeprefix("account:")
    return (reviewers.exclude(pk=int(pk)) if pk.isdecimal() else reviewers).exists()


def emails_of(accounts: Collection[int]) -> dict[int, str]:
    """The e-mail addresses of these members of staff, but of those who have left. One SQL statement."""
    active = Account.objects.filter(pk__in=accounts, is_active=True)
    return dict(active.values_list("pk", "email"))


_MOBILE = re.compile(r"1[3-9]\d{9}|\+[1-9]\d{6,14}")


def _mobile(phone: str) -> str:
    """The number if it takes text messages: a mobile, or one from abroad."""
    plain, identifies = read_phone(phone)
    return plain if identifies and _MOBILE.fullmatch(plain) else ""


def _unsealed(sealed: bytes | memoryview | None, context: str) -> str:
    try:
        return sealing.unseal(sealed or b"", context)
    except sealing.CannotUnseal:
        logging.getLogger(__name__).error("an address cannot be unsealed with this installation's secret")
        return ""
