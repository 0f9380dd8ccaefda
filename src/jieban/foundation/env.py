"""The one place that reads the process environment (documented in docs/settings.md).

Every setting stands in ``SETTINGS`` with its default and its meaning; a guard test fails when one is
missing in the document, or when any other module of Jieban reads ``os.environ``.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import platformdirs

from jieban.foundation.errors import SettingError

SYSTEM_HOME = Path("/var/lib/jieban")
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment setting: its name, the default as a text, and what it means."""

    name: str
    default: str
    meaning: str


SETTINGS: dict[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting(
            "JIEBAN_HOME",
            "",
            "Folder for everything Jieban stores: the embedded database, the secret key, uploads, "
            "trained models. When unset: the user's data folder, or /var/lib/jieban when started by root.",
        ),
        Setting(
            "DATABASE_URL",
            "",
            "postgresql:// address of your own PostgreSQL server. When unset: the embedded server.",
        ),
        Setting(
            "JIEBAN_DURABLE",
            "1",
            "0 lets the embedded server skip waiting for the disk. For tests only: a power cut loses data.",
        ),
        Setting(
            "JIEBAN_SECRET",
            "",
            "Key that signs sessions and links, and from which the keys of sealed personal data, the "
            "fingerprints of requesters and the query codes are made: whoever loses it cannot read them "
            "again. When unset: made once and kept in JIEBAN_HOME/secret-key.",
        ),
        Setting("JIEBAN_DEBUG", "0", "1 shows tracebacks in the browser. Never where others can reach it."),
        Setting(
            "JIEBAN_HOSTS",
            "localhost,127.0.0.1,[::1]",
            "Host names, separated by commas, under which the site may be reached.",
        ),
        Setting(
            "JIEBAN_PUBLIC_URL",
            "",
            "Address under which people reach the site, such as https://12345.city.example. With https, "
            "cookies travel encrypted only and browsers are told to stay with https. Links on receipts "
            "begin with it.",
        ),
        Setting(
            "JIEBAN_SMTP_URL",
            "",
            "Mail server for notices: smtp://user:password@host:port?tls=starttls, where tls is starttls, "
            "ssl or none. When unset, e-mail is not sent; what was to be sent is kept and shown at "
            "/desk/notices/.",
        ),
        Setting("JIEBAN_MAIL_FROM", "", "Sender of e-mail, such as 12345@city.example."),
        Setting(
            "JIEBAN_SMS_URL",
            "",
            "Gateway for text messages: an http:// or https:// address that takes signed JSON by POST "
            "(docs/settings.md). When unset, text messages are not sent; they are kept and shown at "
            "/desk/notices/.",
        ),
        Setting("JIEBAN_SMS_KEY", "", "Key with which calls to JIEBAN_SMS_URL are signed, 16 signs or more."),
        Setting(
            "JIEBAN_MODEL_URL",
            "",
            "Address of a language model that speaks the OpenAI protocol, up to and without "
            "/chat/completions, such as https://model.city.example/v1 (docs/drafting.md). When unset, "
            "nothing is drafted and no page offers it.",
        ),
        Setting("JIEBAN_MODEL_NAME", "", "Name of the model to ask for at JIEBAN_MODEL_URL."),
        Setting("JIEBAN_MODEL_KEY", "", "Key for JIEBAN_MODEL_URL, sent as a bearer token; never logged."),
        Setting(
            "JIEBAN_MODEL_TIMEOUT", "30", "Seconds that a draft may take, a second try included, 2 to 300."
        ),
        Setting(
            "JIEBAN_MODEL_SCHEMA",
            "1",
            "0 where the model refuses response_format json_schema. Answers are checked either way.",
        ),
        Setting(
            "JIEBAN_TRUSTED_PROXIES",
            "0",
            "How many proxies of your own stand before Jieban, 0 to 10. So many entries of "
            "X-Forwarded-For are believed, counted from the right.",
        ),
        Setting("JIEBAN_BIND", "127.0.0.1", "Address the web server listens on; 0.0.0.0 for all."),
        Setting("JIEBAN_PORT", "8000", "TCP port of the web server, 1 to 65535."),
        Setting("JIEBAN_CITY", "beijing", "Name of the city pack in use: a folder inside JIEBAN_PACKS."),
        Setting(
            "JIEBAN_PACKS",
            "",
            "Folders that hold city packs, separated as in PATH; the first that has the city wins. "
            "When unset: the packs that come with Jieban.",
        ),
    )
}


def text(name: str) -> str:
    """Return the setting ``name`` without surrounding blanks, or its default when unset or blank."""
    setting = SETTINGS[name]
    return os.environ.get(name, "").strip() or setting.default


def flag(name: str) -> bool:
    """Return the setting ``name`` as yes or no; raises SettingError for any other word."""
    value = text(name).lower()
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise SettingError(f"{name} is {value!r}, which is neither yes nor no.", f"Set {name} to 1 or 0.")


def number(name: str, low: int, high: int) -> int:
    """Return the setting ``name`` as a whole number from ``low`` to ``high``, both included."""
    value = text(name)
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise SettingError(
            f"{name} is {value!r}, which is not a whole number from {low} to {high}.",
            f"Set {name} to such a number, or unset it for {SETTINGS[name].default}.",
        )
    return int(value)


def words(name: str) -> list[str]:
    """Return the setting ``name`` as a list split at commas, blanks dropped."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def home() -> Path:
    """Return the absolute folder that Jieban stores everything in (JIEBAN_HOME); it may not exist yet.

    Root gets a system folder: the embedded server then runs as its own system user, which cannot
    enter root's closed home.
    """
    if value := text("JIEBAN_HOME"):
        return Path(value).expanduser().absolute()
    if os.geteuid() == 0:
        return SYSTEM_HOME
    return Path(platformdirs.user_data_dir("jieban", appauthor=False)).absolute()


def make_folder(folder: Path) -> Path:
    """Return ``folder`` and create it when missing; raises SettingError when that is not allowed."""
    try:
        missing = [part for part in (folder, *folder.parents) if not part.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:  # whatever root's umask: the server's own user has to pass through
            for part in missing:
                part.chmod(0o755)
    except OSError as error:
        raise SettingError(
            f"The folder {folder} for Jieban's data cannot be made: {error.strerror}.",
            "Give yourself the right to write there, or set JIEBAN_HOME to a folder that you own.",
        ) from error
    return folder


def database_address() -> str:
    """Return DATABASE_URL, or an empty text when the embedded server is to be used."""
    return text("DATABASE_URL")


def durable() -> bool:
    """Return whether a commit of the embedded server waits for the disk (JIEBAN_DURABLE)."""
    return flag("JIEBAN_DURABLE")


def debug() -> bool:
    """Return whether tracebacks are shown in the browser (JIEBAN_DEBUG)."""
    return flag("JIEBAN_DEBUG")


def hosts() -> list[str]:
    """Return the host names under which the site may be reached (JIEBAN_HOSTS, JIEBAN_PUBLIC_URL)."""
    named = words("JIEBAN_HOSTS")
    public = urlsplit(public_url()).hostname
    if public is None:
        return named
    return [*named, *({f"[{public}]" if ":" in public else public} - set(named))]


def public_url() -> str:
    """Return the address under which people reach the site, without a slash at the end, or nothing.

    Raises SettingError when JIEBAN_PUBLIC_URL is no address of a whole site.
    """
    value = text("JIEBAN_PUBLIC_URL").rstrip("/")
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, brackets that do not close
        whole = False
    if not whole or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingError(
            f"JIEBAN_PUBLIC_URL is {value!r}, which is not the address of a site.",
            "Set it to https:// and the host name, with nothing after it, or unset it.",
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where e-mail is handed over, from whom. ``tls``: ``starttls``, ``ssl`` or ``none``."""

    host: str
    port: int
    user: str
    password: str
    tls: str
    sender: str


def mail_server() -> MailServer | None:
    """Return the mail server of JIEBAN_SMTP_URL and JIEBAN_MAIL_FROM, or None when none is set.

    Raises SettingError when either cannot be read.
    """
    value = text("JIEBAN_SMTP_URL")
    if not value:
        return None
    try:
        parts = urlsplit(value)
        given = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        tls = given.pop("tls", "starttls")
        port = parts.port or {"starttls": 587, "ssl": 465, "none": 25}[tls]
        whole = parts.scheme == "smtp" and bool(parts.hostname) and not given and parts.path in ("", "/")
    except (ValueError, KeyError):
        whole = False
    if not whole:
        raise SettingError(
            "JIEBAN_SMTP_URL is not the address of a mail server.",
            "Write smtp://user:password@host:port?tls=starttls (or ssl, none); %40 for @ in the password.",
        )
    sender = text("JIEBAN_MAIL_FROM")
    if sender.count("@") != 1 or any(sign in sender for sign in "\r\n"):
        raise SettingError(
            f"JIEBAN_MAIL_FROM is {sender!r}, which is no e-mail address.",
            "Set it to the sender of notices, such as 12345@city.example.",
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.hostname or "", port, user, password, tls, sender)


def sms_gateway() -> tuple[str, str] | None:
    """Return address and key of the gateway for text messages, or None when JIEBAN_SMS_URL is not set.

    Raises SettingError when the address is none, or the key is missing or short.
    """
    value = text("JIEBAN_SMS_URL")
    if not value:
        return None
    _check_web_address("JIEBAN_SMS_URL", value)
    key = text("JIEBAN_SMS_KEY")
    if len(key) < 16:
        raise SettingError(
            "JIEBAN_SMS_KEY is missing or shorter than 16 signs.",
            "Set it to a long random text that the gateway knows too.",
        )
    return value, key


def _check_web_address(name: str, value: str) -> None:
    try:
        parts = urlsplit(value)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, brackets that do not close
        whole = False
    if not whole or not value.isascii() or not value.isprintable() or " " in value:
        raise SettingError(f"{name} is not an http:// or https:// address.", "Write the whole address.")


@dataclass(frozen=True, slots=True)
class ModelHelper:
    """The language model that drafts: where, its name and key, the seconds that a draft may take.

    ``schema``: whether it takes the form of its answer as a JSON schema.
    """

    address: str
    name: str
    key: str = field(repr=False)
    seconds: int
    schema: bool


def model_helper() -> ModelHelper | None:
    """Return the language model of JIEBAN_MODEL_URL, or None when none is set.

    Raises SettingError when the address is none, or its other settings cannot be used.
    """
    value = text("JIEBAN_MODEL_URL").rstrip("/")
    if not value:
        return None
    _check_web_address("JIEBAN_MODEL_URL", value)
    parts = urlsplit(value)
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingError(
            "JIEBAN_MODEL_URL has a name, a question mark or a # in it.",
            "Write the address up to and without /chat/completions; the key goes to JIEBAN_MODEL_KEY.",
        )
    name, key = text("JIEBAN_MODEL_NAME"), text("JIEBAN_MODEL_KEY")
    if not name or not key.isascii() or not key.isprintable():
        raise SettingError(
            "JIEBAN_MODEL_NAME is missing, or JIEBAN_MODEL_KEY holds signs that no key has.",
            "Set both as the model's provider gives them, or unset JIEBAN_MODEL_URL.",
        )
    seconds = number("JIEBAN_MODEL_TIMEOUT", 2, 300)
    return ModelHelper(value, name, key, seconds, flag("JIEBAN_MODEL_SCHEMA"))


def trusted_proxies() -> int:
    """Return how many proxies before us tell the truth about addresses (JIEBAN_TRUSTED_PROXIES)."""
    return number("JIEBAN_TRUSTED_PROXIES", 0, 10)


def bind() -> str:
    """Return the address the web server listens on (JIEBAN_BIND)."""
    return text("JIEBAN_BIND")


def port() -> int:
    """Return the TCP port of the web server (JIEBAN_PORT)."""
    return number("JIEBAN_PORT", 1, 65535)


def city() -> str:
    """Return the name of the city pack in use (JIEBAN_CITY)."""
    return text("JIEBAN_CITY")


def packs() -> list[Path]:
    """Return the folders that hold city packs, in the order in which they are searched (JIEBAN_PACKS)."""
    if value := text("JIEBAN_PACKS"):
        return [Path(part).expanduser().absolute() for part in value.split(os.pathsep) if part]
    package = Path(__file__).resolve().parents[1]
    checkout = package.parents[1] / "data"
    return [checkout if checkout.is_dir() else package / "data"]


def child_environment(changes: Mapping[str, str] | None = None, without: str = "\0") -> dict[str, str]:
    """Return this process's environment for a program that we start.

    ``changes`` are set on top; names that begin with ``without`` are left out.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(without)}
    return kept | dict(changes or {})


def secret_key() -> str:
    """Return the key of signing and sealing: JIEBAN_SECRET, else the one kept in the home.

    No new one is made beside a database that is there already: what is sealed in it would be lost. The
    file is made once, readable by its owner only. Two processes that start at the same moment get
    the same key: each writes a file of its own, and only the first can link it to the real name.
    """
    if value := text("JIEBAN_SECRET"):
        return value
    path = home() / "secret-key"
    try:
        if not path.exists():
            _refuse_beside_database(path)
            _write_once(path, secrets.token_urlsafe(64))
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            f"The secret key {path} cannot be read or made: {error}.",
            "Start Jieban as the user who owns that file, or set JIEBAN_SECRET or JIEBAN_HOME.",
        ) from error
    if len(key) < 50:
        raise SettingError(
            f"The secret key {path} is damaged: it holds {len(key)} signs, not at least 50.",
            f"{_RESTORE} A new key could read no phone number and no query code of before.",
        )
    return key


_RESTORE = "Restore it from the backup that belongs to the database, or set JIEBAN_SECRET to what it held."


def _refuse_beside_database(path: Path) -> None:
    database = path.parent / "database" / "data"
    if database.exists() and not path.exists():  # looked at again: another process may just have made both
        raise SettingError(
            f"The secret key {path} is missing, and {database} holds a database that was sealed with it.",
            f"{_RESTORE} To begin anew without that data, move the folder {database.parent} away.",
        )


def _write_once(path: Path, content: str) -> None:
    make_folder(path.parent)
    own = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(content + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(own, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links: a small race is left there
            if not path.exists():
                own.rename(path)
    finally:
        own.unlink(missing_ok=True)
