"""Text files line by line, with numbers, a bound on memory, and the means to go back."""

import io
from collections import deque
from pathlib import Path

from jieban.intake.files.encodings import MARK_UNDECODABLE, Encoding
from jieban.intake.files.table import MAX_RECORD_CHARS

_COUNT_UP_TO_BYTES = 256 << 20
_CHUNK = 1 << 20


class TooLong(Exception):
    """A record (or one line of it) is longer than a record may be."""


class Lines:
    """The lines of an open text file, gathered into records.

    `begin` starts a record, iterating gives its lines with their line ends, `taken` holds those given
    since. At most `MAX_RECORD_CHARS` characters of a record are held; more raise `TooLong`, and what
    is left of a line longer than that is passed over.
    """

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self._size = 0
        self._given = 0
        self.taken: list[str] = []
        self.is_cut_off = False

    def begin(self) -> int:
        """Start the next record and give the number of its first line, from 1."""
        self.taken = []
        self._size = 0
        self.is_cut_off = False
        return self._given + 1

    def rewind(self) -> int:
        """Hand all lines of this record but its first back, to be read again; give their characters."""
        again = self.taken[1:]
        self._again.extendleft(reversed(again))
        self._given -= len(again)
        del self.taken[1:]
        return sum(map(len, again))

    def __iter__(self) -> "Lines":
        """Give itself: the lines are read once."""
        return self

    def __next__(self) -> str:
        """Give the next line with its line end; raise `TooLong` if the record grows beyond its bound."""
        line = self._again.popleft() if self._again else self._fresh_line()
        if not line:
            self.is_cut_off = bool(self.taken)
            raise StopIteration
        self._given += 1
        self.taken.append(line)
        self._size += len(line)
        if self._size >= MAX_RECORD_CHARS:
            raise TooLong
        return line

    def _fresh_line(self) -> str:
        line = self._stream.readline(MAX_RECORD_CHARS)
        rest = line if len(line) >= MAX_RECORD_CHARS else ""
        while rest and rest[-1] not in "\r\n":
            rest = self._stream.readline(_CHUNK)
        return line


def open_text(path: Path, encoding: Encoding) -> io.TextIOWrapper:
    """Open a text file; line ends stay as they are, undecodable bytes become U+DC00 to U+DCFF."""
    return path.open("r", encoding=encoding.name, errors=MARK_UNDECODABLE, newline="")


def count_records(path: Path, encoding: Encoding) -> int | None:
    """Count the line ends outside quotation marks, plus an unfinished last line.

    Gives None where counting is not cheap: files of more than 256 MB and UTF-16.
    """
    if path.stat().st_size > _COUNT_UP_TO_BYTES or encoding.name.startswith(("utf-16", "utf-32")):
        return None
    count, quotes, last = 0, 0, b"\n"
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            # The bytes of " and of the line feed are never a part of another character here.
            pieces = chunk.split(b'"')
            count += sum(piece.count(b"\n") for piece in pieces[quotes % 2 :: 2])
            quotes += len(pieces) - 1
            last = chunk[-1:]
    return count + (last != b"\n")
