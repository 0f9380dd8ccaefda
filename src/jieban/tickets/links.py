"""The keys that a requester holds to his own ticket: the query code, and the link by which he rates.

Both are derived from the installation's secret, so they are nowhere stored and can be printed again.
"""

from __future__ import annotations

import hmac

from jieban.foundation import env, sealing
from jieban.tickets.models import Ticket

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_SIGNS, TOKEN_SIGNS = 8, 16


def query_code(ticket: int) -> str:
    """The code that a requester needs beside the number to look at his ticket: 8 signs, no look-alikes."""
    return _signs(sealing.fingerprint(str(ticket), "query-code"), CODE_SIGNS)


def query_code_fits(ticket: int, code: str) -> bool:
    """Whether ``code``, as typed by a person, is the query code of the ticket."""
    return _same(code, query_code(ticket))


def rating_token(ticket: Ticket) -> str:
    """The secret part of the link by which the requester answers the three questions without signing in.

    It belongs to one round of handling: after a ticket was sent back, the link of before fits no more.
    """
    return _signs(sealing.fingerprint(f"{ticket.pk}:{ticket.redone}", "rating"), TOKEN_SIGNS)


def rating_token_fits(ticket: Ticket, token: str) -> bool:
    """Whether ``token`` is the one of the ticket's present round."""
    return _same(token, rating_token(ticket))


def follow_url(ticket: Ticket) -> str:
    """Where the requester looks at his ticket; a path alone where JIEBAN_PUBLIC_URL is not set.

    The query code is no part of it: a forwarded message opens nothing.
    """
    return f"{env.public_url()}/my/?number={ticket.number}"


def rating_url(ticket: Ticket) -> str:
    """Where the requester answers the three questions; a path alone where JIEBAN_PUBLIC_URL is not set."""
    return f"{env.public_url()}/my/{ticket.number}/rate/{rating_token(ticket)}/"


def _signs(fingerprint: str, count: int) -> str:
    return "".join(_ALPHABET[byte % 32] for byte in bytes.fromhex(fingerprint)[:count])


def _same(typed: str, right: str) -> bool:
    bare = typed.strip().upper().replace(" ", "").replace("-", "")
    return hmac.compare_digest(bare.encode(), right.encode())
