"""Files that belong to a matter: written to the media folder under their SHA-256, then told in its history.

The file is there, whole and on the disk, before the row that names it; so a row never points at nothing.
A file without a row (the transaction was rolled back) does no harm and is used by the next who sends it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from jieban.matters.actions import do_advance
from jieban.matters.kinds import Kind
from jieban.matters.models import Attachment, Matter
from jieban.matters.rules import Actor, NotPossible, Step


@dataclass(frozen=True, slots=True)
class NewFile:
    """A cleaned photo about to be attached: JPEG bytes, a small copy, the SHA-256 of ``content``."""

    content: bytes
    small: bytes
    sha256: str
    width: int
    height: int


class TooManyFiles(NotPossible):
    """The matter would have more than ``most`` files."""

    reason = "too_many_files"

    def __init__(self, most: int) -> None:
        super().__init__(f"At most {most} photos can be kept here")
        self.most = most


def path_of(sha256: str, *, small: bool = False) -> Path:
    """Where the file with this SHA-256 lies, or its small copy."""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / f"{sha256}{'-small' if small else ''}.jpg"


def do_attach(
    kind: Kind,
    matter: Matter,
    files: Sequence[NewFile],
    actor: Actor,
    *,
    now: datetime,
    most: int,
    counted_in: str = "",
    verb: str = "attach",
) -> Matter:
    """Attach photos to a matter; one that is there already is left out. Four SQL statements.

    ``counted_in`` names the column in which the kind counts its files; ``verb`` is the verb that is said.
    Raises ``TooManyFiles``, the refusals of the engine, and ``Overtaken`` when somebody else was first.
    """
    there = set(Attachment.objects.filter(matter=matter.pk).values_list("sha256", flat=True))
    new = list({file.sha256: file for file in files if file.sha256 not in there}.values())
    if not new:
        return matter
    total = len(there) + len(new)
    if total > most:
        raise TooManyFiles(most)
    for file in new:
        write_whole(path_of(file.sha256), file.content)
        write_whole(path_of(file.sha256, small=True), file.small)
    changes = {counted_in: total} if counted_in else {}
    step = Step(verb, actor, now, changes, {"files": [file.sha256 for file in new]})
    with transaction.atomic(savepoint=False):
        advanced = do_advance(kind, matter, step)
        Attachment.objects.bulk_create(_row(kind, matter, file, actor, now) for file in new)
    return advanced


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all; nothing is done when it is there."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".coming-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _row(kind: Kind, matter: Matter, file: NewFile, actor: Actor, now: datetime) -> Attachment:
    return Attachment(
        kind=kind.name,
        matter=matter.pk,
        sha256=file.sha256,
        bytes=len(file.content),
        width=file.width,
        height=file.height,
        added_at=now,
        added_by=actor.name or actor.kind,
    )
