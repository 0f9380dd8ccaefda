"""The ways out of the house: a mail server, and a gateway for text messages. Each is set in the environment.

A gateway takes one message and gives a receipt, or raises: ``Refused`` when this message can never be
sent, ``Failed`` when it may be later, ``Down`` when nothing can be sent now. Nothing here touches the
database.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import time
from email.headerregistry import Address
from types import TracebackType
from typing import Protocol, Self

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from jieban.foundation import env, posting

SECONDS = 10.0
"""How long a gateway may take for one message."""
NEVER = (400, 404, 410, 422)
"""Answers of the gateway for text messages that mean: never."""
RECEIPT_CHARS = 200


class GatewayError(Exception):
    """A message was not sent. The words name no address."""


class Refused(GatewayError):
    """This message can never be sent: the address does not exist, or the message is not taken."""


class Failed(GatewayError):
    """This message was not taken now; it may be later."""


class Down(GatewayError):
    """The gateway does not answer: the others need not be tried now."""


class Gateway(Protocol):
    """A way out. A context: whatever it keeps open is closed at the end."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def send(self, key: str, address: str, subject: str, text: str) -> str:
        """Send a message; gives a receipt. ``key`` is the same whenever the message is sent again.

        Raises ``Refused``, ``Failed`` or ``Down``.
        """
        ...


class MailGateway:
    """E-mail through Django's SMTP backend; one connection for all messages of a batch."""

    def __init__(self, server: env.MailServer) -> None:
        self._sender = server.sender
        self._backend = EmailBackend(
            alias="notices",
            host=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls == "starttls",
            use_ssl=server.tls == "ssl",
            timeout=int(SECONDS),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._backend.close()
        except (OSError, smtplib.SMTPException):
            self._backend.connection = None

    def send(self, key: str, address: str, subject: str, text: str) -> str:
        """Hand the message to the mail server. The Message-ID is made of ``key``."""
        identity = f"<{key}@{Address(addr_spec=self._sender).domain or 'jieban'}>"
        message = EmailMessage(
            subject,
            text,
            self._sender,
            [address],
            headers={"Message-ID": identity, "Auto-Submitted": "auto-generated"},
        )
        self._open()
        try:
            self._backend.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            code = next((code for code, _ in error.recipients.values()), 0)
            raise (Refused if code >= 500 else Failed)(
                f"the mail server refuses the address ({code})"
            ) from None
        except smtplib.SMTPResponseException as error:
            raise Failed(f"the mail server answers {error.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as error:
            self._backend.connection = None
            raise Down(f"the mail server is gone ({type(error).__name__})") from None
        except ValueError as error:  # an address or a subject that is none
            raise Refused(f"no message can be made of this ({type(error).__name__})") from None
        return identity

    def _open(self) -> None:
        try:
            self._backend.open()
        except (smtplib.SMTPException, OSError) as error:
            self._backend.connection = None
            raise Down(f"the mail server does not answer ({type(error).__name__})") from None


class SmsGateway:
    """Text messages: signed JSON by HTTP POST (docs/settings.md)."""

    def __init__(self, address: str, key: str) -> None:
        self._address, self._key = address, key.encode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def send(self, key: str, address: str, subject: str, text: str) -> str:
        """Post the message; gives the gateway's receipt, or nothing."""
        body = posting.as_body({"id": key, "to": address, "text": text})
        moment = str(int(time.time()))
        headers = {
            "Idempotency-Key": key,
            "X-Jieban-Time": moment,
            "X-Jieban-Signature": f"sha256={signature(self._key, moment, body)}",
        }
        try:
            answer = posting.post_json(self._address, body, headers, seconds=SECONDS, connect_seconds=SECONDS)
        except posting.Unreachable as error:
            raise Down(f"the gateway {error}") from None
        if not 200 <= answer.status < 300:
            raise (Refused if answer.status in NEVER else Failed)(f"the gateway answers {answer.status}")
        return _receipt(answer.body)


def signature(key: bytes, moment: str, body: bytes) -> str:
    """The signature of a call: HMAC-SHA-256 over time, a dot and body, in hex."""
    return hmac.new(key, moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def _receipt(answer: bytes) -> str:
    try:
        told = json.loads(answer)
    except ValueError:
        return ""
    return str(told.get("receipt", ""))[:RECEIPT_CHARS] if isinstance(told, dict) else ""


def gateways() -> dict[str, Gateway | None]:
    """The gateways that are set up, by medium; None where there is none. Raises SettingError."""
    mail, sms = env.mail_server(), env.sms_gateway()
    return {"email": MailGateway(mail) if mail else None, "sms": SmsGateway(*sms) if sms else None}
