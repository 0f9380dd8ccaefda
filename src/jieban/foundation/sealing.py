"""Sealing: personal data is stored encrypted, and found again only by a keyed fingerprint.

AES-256-GCM (NIST SP 800-38D) with keys derived from the installation's secret by HKDF (RFC 5869).
The context (which field it is) is bound in, so that a sealed phone cannot be pasted into a name.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jieban.foundation import env

_NONCE_BYTES = 12
_VERSION = b"\x01"


class CannotUnseal(Exception):
    """The sealed value was made with another secret or for another field, or was changed."""


def seal(text: str, context: str) -> bytes:
    """Encrypt ``text`` for the field ``context``; the empty text stays empty."""
    if not text:
        return b""
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + _cipher().encrypt(nonce, text.encode(), context.encode())


def unseal(sealed: bytes | memoryview, context: str) -> str:
    """The text that ``seal`` was given. Raises ``CannotUnseal``."""
    data = bytes(sealed)
    if not data:
        return ""
    try:
        if data[:1] != _VERSION:
            raise ValueError("another version of sealing")
        return (
            _cipher().decrypt(data[1 : 1 + _NONCE_BYTES], data[1 + _NONCE_BYTES :], context.encode()).decode()
        )
    except (InvalidTag, ValueError) as error:
        raise CannotUnseal(
            "The stored value cannot be read with this installation's secret. "
            "Set JIEBAN_SECRET to the secret that was in use when it was written."
        ) from error


def fingerprint(text: str, context: str) -> str:
    """A keyed fingerprint (HMAC-SHA-256, 64 hex digits) by which an equal value is found again."""
    return hmac.new(_key("fingerprint"), f"{context}\0{text}".encode(), hashlib.sha256).hexdigest()


def token_hash(token: str) -> str:
    """The form in which a random token (API key, query code) is stored: SHA-256, hex."""
    return hashlib.sha256(token.encode()).hexdigest()


@lru_cache(maxsize=1)
def _cipher() -> AESGCM:
    return AESGCM(_key("seal"))


@lru_cache(maxsize=8)
def _key(purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"jieban/{purpose}".encode()).derive(env.secret_key().encode())
