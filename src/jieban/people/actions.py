"""The only writers of people's data."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from jieban.foundation import sealing
from jieban.people.models import Account, ApiKey, Requester, Unmasking, Words

_CHINESE_NUMBER = re.compile(r"^(?:\+?86)?(1\d{10}|0\d{9,11}|[2-9]\d{6,7})$")


@dataclass(frozen=True, slots=True)
class Contact:
    """How a requester can be reached, as given; any part may be empty."""

    phone: str = ""
    name: str = ""
    key: str = ""
    kind: str = "person"


def phone_digits(phone: str) -> str:
    """The canonical digits of a Chinese phone number, or ``""`` when it is none (masked, too short)."""
    compact = re.sub(r"[\s\-()（）]", "", phone)
    match = _CHINESE_NUMBER.match(compact)
    return match.group(1) if match else ""


def identity_of(contact: Contact) -> str | None:
    """The keyed fingerprint by which this requester is known again, or None when he gave nothing."""
    digits = phone_digits(contact.phone)
    if digits:
        return sealing.fingerprint(digits, "phone")
    if contact.key:
        return sealing.fingerprint(contact.key, "key")
    return None


def do_remember_requester(contact: Contact, *, now: datetime) -> int | None:
    """The id of the requester with this contact, made when new. One SQL statement, none for nobody.

    Two processes that meet the same new requester at once get the same row.
    """
    identity = identity_of(contact)
    if identity is None and not (contact.name or contact.phone):
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO people_requester (kind, identity, phone, name, created_at)
            VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT (identity) DO UPDATE SET identity = excluded.identity
            RETURNING id
            """,
            [
                contact.kind,
                identity,
                sealing.seal(contact.phone, "phone"),
                sealing.seal(contact.name, "name"),
                now,
            ],
        )
        return int(cursor.fetchone()[0])


def do_keep_words(
    words_id: int, requester_id: int | None, title: str, text: str, address: str, *, now: datetime
) -> None:
    """Keep a requester's words sealed under the id of the matter. One SQL statement."""
    Words(
        id=words_id,
        requester_id=requester_id,
        title=sealing.seal(title, "title"),
        text=sealing.seal(text, "text"),
        address=sealing.seal(address, "address"),
        created_at=now,
    ).save(force_insert=True)


def do_unmask(
    account: Account, matter: str, words_id: int, requester_id: int | None, reason: str, *, now: datetime
) -> dict[str, str]:
    """The unmasked contact and words of a matter; the look is recorded first (Ordinance Art. 8).

    Gives ``phone, name, title, text, address``. Three SQL statements.
    """
    Unmasking.objects.create(
        account=account,
        requester_id=requester_id,
        matter=matter,
        fields="phone,name,text,address",
        reason=reason,
        at=now,
    )
    words = Words.objects.filter(pk=words_id).first()
    requester = Requester.objects.filter(pk=requester_id).first() if requester_id else None
    return {
        "phone": sealing.unseal(requester.phone, "phone") if requester else "",
        "name": sealing.unseal(requester.name, "name") if requester else "",
        "title": sealing.unseal(words.title, "title") if words else "",
        "text": sealing.unseal(words.text, "text") if words else "",
        "address": sealing.unseal(words.address, "address") if words else "",
    }


def do_make_api_key(name: str, *, now: datetime, channel: str = "api") -> str:
    """Make a key for a connected system; gives the key itself, which is never shown again."""
    key = "jb_" + secrets.token_urlsafe(32)
    ApiKey.objects.create(name=name, key_hash=sealing.token_hash(key), channel=channel, created_at=now)
    return key
