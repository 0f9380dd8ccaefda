"""Writing a file all at once or not at all: nobody reads half of it, and a crash leaves the old one."""

from __future__ import annotations

import os
import secrets
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` into a file of its own, to the disk, then name it ``path``. Raises ``OSError``."""
    own = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with own.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        own.replace(path)
    finally:
        own.unlink(missing_ok=True)


def packed(arrays: dict[str, Any], *, compressed: bool = False) -> bytes:
    """Named arrays as the content of an npz file, never pickled."""
    held = BytesIO()
    (np.savez_compressed if compressed else np.savez)(held, allow_pickle=False, **arrays)
    return held.getvalue()
