"""Both scripts read as one: a question in simplified signs finds an article in traditional ones.

The table is of signs, one to one and as long as before, and used for search alone: what is shown stays
as it was written.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from jieban.foundation.text import fold

_FILE = Path(__file__).parent / "words" / "traditional.txt"


def _pairs() -> dict[int, str]:
    rows = (row.split() for row in _FILE.read_text(encoding="utf-8").splitlines() if not row.startswith("#"))
    return {ord(sign): simple for simple, traditional in rows for sign in traditional}


def _table() -> npt.NDArray[np.uint32]:
    """For each sign of the basic plane the one it is read as; halves of pairs as a question mark."""
    table = np.arange(0x10000, dtype=np.uint32)
    table[0xD800:0xE000] = ord("?")
    read_as = fold(table.tobytes().decode("utf-32-le")).translate(_pairs())
    return np.frombuffer(read_as.encode("utf-32-le"), dtype=np.uint32)


_TABLE = _table()


def plain(text: str) -> str:
    """``text`` for search: folded and in simplified script (简体); as long as ``text``."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    near = _TABLE[np.minimum(points, 0xFFFF)]
    return str(np.where(points < 0x10000, near, points).astype(np.uint32).tobytes(), "utf-32-le")
