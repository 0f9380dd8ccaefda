"""The draft of a request while a person writes it: sealed in his session, photos in a folder beside.

Nothing of it is a ticket yet. ``token`` is made at the start and names the request for intake, so that
pressing twice gives one ticket. A session remembers which tickets it has filed or opened by their code.
"""

from __future__ import annotations

import json
import secrets
import shutil
import time
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from jieban.foundation import sealing
from jieban.intake.photos import CleanPhoto
from jieban.matters.attachments import NewFile, write_whole

_DRAFT, _FILED, _MINE = "draft", "filed", "mine"
_KEPT = 20
DRAFT_SECONDS = 12 * 3600
"""So long a draft waits for its writer; afterwards the next person at this device does not find it."""


@dataclass(slots=True)
class Photo:
    """A cleaned photo of a draft; the bytes lie in the draft's folder."""

    sha256: str
    width: int
    height: int


@dataclass(slots=True)
class Draft:
    """What has been written so far. ``place`` is the code that the person chose, deepest first."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    text: str = ""
    address: str = ""
    district: str = ""
    place: str = ""
    phone: str = ""
    email: str = ""
    name: str = ""
    secrecy: str = ""
    on_behalf: str = ""
    represented: str = ""
    minor: bool = False
    answers: dict[str, str] = field(default_factory=dict)
    danger: bool = False
    call: str = ""
    photos: list[Photo] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    at: float = 0.0

    def finish(self, step: str) -> None:
        """Remember that a step has been answered."""
        if step not in self.done:
            self.done.append(step)

    @property
    def folder(self) -> Path:
        """Where the photos of this draft lie."""
        return _drafts_folder() / sealing.token_hash(self.token)[:32]


def load(session: SessionBase) -> Draft:
    """The session's draft, or a new one."""
    try:
        raw = json.loads(sealing.unseal(b64decode(session.get(_DRAFT, "")), _DRAFT) or "{}")
    except (sealing.CannotUnseal, ValueError):
        raw = {}
    if raw and time.time() - raw.get("at", 0.0) > DRAFT_SECONDS:
        session.pop(_DRAFT, None)
        raw = {}
    photos = [Photo(**photo) for photo in raw.pop("photos", ())]
    return Draft(**raw, photos=photos)


def save(session: SessionBase, draft: Draft) -> None:
    """Keep the draft, sealed, with the session."""
    draft.at = time.time()
    session[_DRAFT] = b64encode(sealing.seal(json.dumps(asdict(draft)), _DRAFT)).decode()


def drop(session: SessionBase, draft: Draft) -> None:
    """Forget the draft and its photos."""
    session.pop(_DRAFT, None)
    shutil.rmtree(draft.folder, ignore_errors=True)


def forget_person(session: SessionBase) -> None:
    """Forget what this session knows of a resident: the draft, and which tickets are his."""
    drop(session, load(session))
    for key in (_FILED, _MINE):
        session.pop(key, None)


def renew(draft: Draft) -> None:
    """Give the draft a token of its own, so that it becomes another request; its photos come along."""
    before = draft.folder
    draft.token = Draft().token
    if before.exists():
        before.rename(draft.folder)


def add_photo(draft: Draft, photo: CleanPhoto) -> None:
    """Put a cleaned photo to the draft; the same photo again changes nothing."""
    if any(kept.sha256 == photo.sha256 for kept in draft.photos):
        return
    if not draft.folder.exists():
        sweep()
    write_whole(draft.folder / f"{photo.sha256}.jpg", photo.content)
    write_whole(draft.folder / f"{photo.sha256}-small.jpg", photo.thumbnail)
    draft.photos.append(Photo(photo.sha256, photo.width, photo.height))


def remove_photo(draft: Draft, sha256: str) -> None:
    """Take a photo away from the draft."""
    if not any(photo.sha256 == sha256 for photo in draft.photos):
        return
    draft.photos = [photo for photo in draft.photos if photo.sha256 != sha256]
    for name in (f"{sha256}.jpg", f"{sha256}-small.jpg"):
        (draft.folder / name).unlink(missing_ok=True)


def small_photo(draft: Draft, sha256: str) -> Path | None:
    """The file of the small copy of one of the draft's photos, when it is there."""
    if not any(photo.sha256 == sha256 for photo in draft.photos):
        return None
    path = draft.folder / f"{sha256}-small.jpg"
    return path if path.exists() else None


def files_of(draft: Draft) -> list[NewFile]:
    """The photos of the draft, ready to be attached; a file that has vanished is left out."""
    found = []
    for photo in draft.photos:
        whole, small = draft.folder / f"{photo.sha256}.jpg", draft.folder / f"{photo.sha256}-small.jpg"
        if whole.exists() and small.exists():
            found.append(
                NewFile(whole.read_bytes(), small.read_bytes(), photo.sha256, photo.width, photo.height)
            )
    return found


def remember_filed(session: SessionBase, token: str, ticket: int) -> None:
    """Remember the ticket that the draft with this token has become, and that it is this person's."""
    filed: dict[str, Any] = {**session.get(_FILED, {}), token: ticket}
    session[_FILED] = dict(list(filed.items())[-_KEPT:])
    remember_mine(session, ticket)


def filed_as(session: SessionBase, token: str) -> int | None:
    """The id of the ticket that the draft with this token has become in this session."""
    found: int | None = session.get(_FILED, {}).get(token)
    return found


def remember_mine(session: SessionBase, ticket: int) -> None:
    """Remember that this session has shown number and code of a ticket."""
    session[_MINE] = [*(one for one in session.get(_MINE, []) if one != ticket), ticket][-_KEPT:]


def is_mine(session: SessionBase, ticket: int) -> bool:
    """Whether this session has filed the ticket or shown its code."""
    return ticket in session.get(_MINE, [])


def _drafts_folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "drafts"


def sweep() -> None:
    """Remove the photos of drafts that have expired."""
    if not _drafts_folder().exists():
        return
    oldest = time.time() - DRAFT_SECONDS
    for folder in _drafts_folder().iterdir():
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)
