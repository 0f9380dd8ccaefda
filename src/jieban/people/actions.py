"""The only writers of people's data."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils.translation import gettext as _

from jieban.foundation import sealing
from jieban.foundation.inserting import insert_rows
from jieban.people.masking import mask_known, mask_name
from jieban.people.models import Account, ApiKey, Requester, Unmasking, Words
from jieban.people.phones import read_phone
from jieban.people.queries import forget_keys
from jieban.people.roles import HOTLINE_ROLES, Role

REASON_CHARS = 200


@dataclass(frozen=True, slots=True)
class Contact:
    """How a requester can be reached, as given; any part may be empty.

    ``email`` and ``language`` (``en``, or empty for the city's own) hold for one matter alone.
    """

    phone: str = ""
    name: str = ""
    key: str = ""
    kind: str = "person"
    email: str = ""
    language: str = ""


def identity_of(contact: Contact) -> str | None:
    """The keyed fingerprint by which this requester is known again, or None when he gave nothing.

    His phone, when it identifies a person (``people.phones``); else the name a sending system gives him.
    """
    phone, identifies = read_phone(contact.phone or contact.key.removeprefix("phone:"))
    if identifies and (contact.phone or contact.key.startswith("phone:")):
        return sealing.fingerprint(phone, "phone")
    if contact.key:
        return sealing.fingerprint(contact.key, "key")
    return None


@dataclass(frozen=True, slots=True)
class Kept:
    """A requester's words to be kept sealed under the id of the matter."""

    matter: int
    requester: int | None
    title: str
    text: str
    address: str
    email: str = ""
    language: str = ""
    represented: str = ""


def do_remember_requesters(contacts: Sequence[Contact], *, now: datetime) -> list[int | None]:
    """The ids of the requesters with these contacts, made when new; None where nothing was given.

    One SQL statement for all, none when nobody gave anything. Two processes that meet the same new
    requester at once get the same row (they lock in the order of the fingerprints).
    """
    identities = [identity_of(contact) or _nobody(contact, index) for index, contact in enumerate(contacts)]
    new = {identity: contact for identity, contact in zip(identities, contacts, strict=True) if identity}
    if not new:
        return [None] * len(contacts)
    ordered = sorted(new)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO people_requester AS known (kind, identity, phone, name, created_at)
            SELECT *, %s FROM unnest(%s::varchar[], %s::varchar[], %s::bytea[], %s::bytea[])
            ON CONFLICT (identity) DO UPDATE SET
                phone = CASE WHEN known.phone = '' THEN excluded.phone ELSE known.phone END,
                name = CASE WHEN known.name = '' THEN excluded.name ELSE known.name END
            RETURNING identity, id
            """,
            [
                now,
                [new[identity].kind for identity in ordered],
                ordered,
                [sealing.seal(new[identity].phone, "phone") for identity in ordered],
                [sealing.seal(new[identity].name, "name") for identity in ordered],
            ],
        )
        ids = dict(cursor.fetchall())
    return [ids[identity] if identity else None for identity in identities]


def _nobody(contact: Contact, index: int) -> str:
    """An identity for somebody who gave a name or a masked phone only: known within this ticket alone."""
    return f"once:{secrets.token_hex(16)}:{index}" if contact.name or contact.phone else ""


def do_keep_words(kept: Sequence[Kept], *, now: datetime) -> None:
    """Keep requesters' words sealed. One SQL statement for all."""
    insert_rows(
        Words,
        [
            Words(
                id=one.matter,
                requester_id=one.requester,
                title=sealing.seal(one.title, "title"),
                text=sealing.seal(one.text, "text"),
                address=sealing.seal(one.address, "address"),
                represented=sealing.seal(one.represented, "represented"),
                email=sealing.seal(one.email, "email"),
                language=one.language,
                created_at=now,
            )
            for one in kept
        ],
    )


def do_copy_words(matter: int, to: int, *, now: datetime) -> None:
    """Keep the words of ``matter`` for the matter ``to`` as well, sealed as they are. Two SQL statements."""
    words = Words.objects.filter(pk=matter).first()
    if words is not None:
        words.pk, words.created_at = to, now
        words.save(force_insert=True)


def do_carry_address(matter: int, to: int) -> None:
    """Tell of the matter ``to`` where and in which language is told of ``matter``, and for whom it is.

    Sealed as they are; the words stay those of each matter. Two SQL statements.
    """
    carried = Words.objects.filter(pk=matter).values("email", "language", "represented").first()
    if carried is not None:
        Words.objects.filter(pk=to).update(**carried)


class MayNotSee(Exception):
    """This person may not see who the requester is. The message is for people."""


def do_unmask(
    account: Account,
    matter: str,
    words_id: int,
    requester_id: int | None,
    reason: str,
    *,
    now: datetime,
    secrecy: str = "",
    minor: bool = False,
) -> dict[str, str]:
    """The unmasked contact and words of a matter; the look is recorded first (Ordinance Art. 8).

    Gives ``phone, name, represented, email, title, text, address``. Three SQL statements. Of a
    ``confidential`` matter only the hotline may see who it is: ``MayNotSee``. Of a minor, units see no
    name, only how to reach him.
    """
    of_unit = not account.role_set & HOTLINE_ROLES
    if secrecy and of_unit:
        raise MayNotSee(
            _("The requester asked for confidentiality: only the hotline knows who it is (Ordinance Art. 8).")
        )
    Unmasking.objects.create(
        account=account,
        requester_id=requester_id,
        matter=matter,
        fields="phone,name,email,text,address",
        reason=reason.strip()[:REASON_CHARS],
        at=now,
    )
    words = Words.objects.filter(pk=words_id).first()
    requester = Requester.objects.filter(pk=requester_id).first() if requester_id else None
    told = {
        "phone": sealing.unseal(requester.phone, "phone") if requester else "",
        "name": sealing.unseal(requester.name, "name") if requester else "",
        "represented": sealing.unseal(words.represented, "represented") if words else "",
        "email": sealing.unseal(words.email, "email") if words else "",
        "title": sealing.unseal(words.title, "title") if words else "",
        "text": sealing.unseal(words.text, "text") if words else "",
        "address": sealing.unseal(words.address, "address") if words else "",
    }
    return _without_names(told) if minor and of_unit else told


def _without_names(told: dict[str, str]) -> dict[str, str]:
    """The same without the names of requester and represented person, wherever they stand."""
    names = (told["name"], told["represented"])
    kept = {part: words for part, words in told.items() if part not in ("name", "represented")}
    for name in names:
        kept = {part: mask_known(words, name, "") for part, words in kept.items()}
    return {**kept, "name": mask_name(names[0]), "represented": mask_name(names[1])}


def do_forget_requester(matter: int) -> None:
    """Cut the words of a matter from its requester, for one who wants to be unknown. One SQL statement."""
    Words.objects.filter(pk=matter).update(requester=None, email=b"", represented=b"")


def do_make_api_key(name: str, *, now: datetime, channel: str = "api", unit: str = "") -> str:
    """Make a key for a connected system, of a unit or of none; gives the key, which is never shown again."""
    key = "jb_" + secrets.token_urlsafe(32)
    ApiKey.objects.create(
        name=name,
        key_hash=sealing.token_hash(key),
        channel=channel,
        unit_id=unit or None,
        created_at=now,
    )
    return key


def do_revoke_api_key(name: str) -> int:
    """End the active keys with this name; gives how many. One SQL statement."""
    revoked = ApiKey.objects.filter(name=name, active=True).update(active=False)
    forget_keys()
    return revoked


def do_make_account(
    username: str, password: str, name: str, roles: Iterable[Role], unit: str, *, superuser: bool = False
) -> Account:
    """Make a staff account, or renew the one with this user name. Two SQL statements."""
    account, _made = Account.objects.update_or_create(
        username=username,
        defaults={
            "first_name": name,
            "password": make_password(password),
            "roles": [str(role) for role in roles],
            "unit_id": unit or None,
            "is_staff": superuser or Role.RULE_OWNER in roles,
            "is_superuser": superuser,
        },
    )
    return account
