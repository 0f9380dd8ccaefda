"""What a learned parser of addresses sees: the signs around each piece of an address.

A piece is one Chinese character, a run of digits, a run of Latin letters or one other sign, as the corpora
of tagged addresses write them. Every piece has the same number of features, one for each pattern.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

MOST_PIECES = 200
"""Pieces of an address that are read; what is longer is no address."""
_PIECE = re.compile(r"[0-9]+|[A-Za-z]+|[^\s0-9A-Za-z]")
_CUES = frozenset("省市区县州旗镇乡村街道路弄巷号栋幢座楼层室户单元苑园城厦场院店厂校桥里组队社")
"""Signs that end a part of an address; how far the next one is says what the piece belongs to."""
_FAR = 6
_EDGE: Final = ("<<<", "<<", "<"), (">", ">>", ">>>")
_NUMERALS = frozenset("一二三四五六七八九十百零〇两")
_DIRECTIONS = frozenset("东西南北中前后左右上下")


@dataclass(frozen=True, slots=True)
class Words:
    """Names known beforehand (of the training part alone), by what they were there."""

    kinds: Mapping[str, str] = field(default_factory=dict)
    longest: int = 0


def pieces_of(text: str) -> list[tuple[int, int]]:
    """Where the pieces of a text begin and end; at most ``MOST_PIECES``."""
    found = []
    for match in _PIECE.finditer(text):
        found.append(match.span())
        if len(found) >= MOST_PIECES:
            break
    return found


def shape(piece: str) -> str:
    """The piece as a feature: small letters, numbers by their length alone."""
    if piece[0].isdigit():
        return "0" * min(len(piece), 5) if piece.isdigit() else "0-"
    return piece.lower()[:12]


def kind_of(piece: str) -> str:
    """The class of signs that a piece belongs to, in one letter."""
    first = piece[0]
    if first.isdigit():
        return f"d{min(len(piece), 4)}"
    if "a" <= first.lower() <= "z":
        return "l"
    if first in _NUMERALS:
        return "n"
    if first in _DIRECTIONS:
        return "o"
    if first in _CUES:
        return first
    return "h" if "\u4e00" <= first <= "\u9fff" else "p"


def features_of(pieces: Sequence[str], known: Words) -> list[list[str]]:
    """The features of each piece, in the order of the patterns; ``Words()`` where no names are known."""
    c = [*_EDGE[0], *(shape(piece) for piece in pieces), *_EDGE[1]]
    k = ["^", "^", "^", *(kind_of(piece) for piece in pieces), "$", "$", "$"]
    ahead, behind = _next_cues(pieces), _last_cues(pieces)
    again = _repeats(pieces)
    named = _named(pieces, known)
    rows = []
    for at in range(len(pieces)):
        m = at + 3
        a, b, d, e, f, g, h = c[m - 3], c[m - 2], c[m - 1], c[m], c[m + 1], c[m + 2], c[m + 3]
        p, q, r, s, t = k[m - 2], k[m - 1], k[m], k[m + 1], k[m + 2]
        rows.append([
            "*", f"0{e}", f"1{d}", f"2{b}", f"3{a}", f"4{f}", f"5{g}", f"6{h}",
            f"7{d}{e}", f"8{e}{f}", f"9{b}{d}", f"A{f}{g}", f"B{d}|{f}", f"C{b}{d}{e}", f"D{d}{e}{f}",
            f"E{e}{f}{g}", f"F{a}{b}{d}", f"G{f}{g}{h}", f"H{p}{q}{r}{s}{t}", f"I{q}{r}{s}",
            f"J{r}{s}{t}{k[m + 3]}", f"K{e}{ahead[at]}", f"L{ahead[at]}{behind[at]}", f"M{behind[at]}{r}",
            f"N{ahead[at]}{r}", f"O{min(at, 4)}{e}", f"P{min(len(pieces) - at, 3)}{e}{r}", f"Q{again[at]}",
            f"R{named[at]}", f"S{named[at]}{e}", f"T{named[at]}{again[at]}", f"U{e}{f}{g}{h}",
            f"V{a}{b}{d}{e}",
        ])  # fmt: skip
    return rows


def _next_cues(pieces: Sequence[str]) -> list[str]:
    """For each piece the next cue at or after it and how far, up to ``_FAR``."""
    found, far = [""] * len(pieces), _FAR + 1
    cue = "-"
    for at in range(len(pieces) - 1, -1, -1):
        far += 1
        if pieces[at] in _CUES:
            cue, far = pieces[at], 0
        found[at] = f"{cue}{far}" if far <= _FAR else "-"
    return found


def _last_cues(pieces: Sequence[str]) -> list[str]:
    found, far, cue = [], _FAR + 1, "-"
    for piece in pieces:
        far += 1
        found.append(f"{cue}{far}" if far <= _FAR else "-")
        if piece in _CUES:
            cue, far = piece, 0
    return found


def _repeats(pieces: Sequence[str]) -> list[str]:
    """Whether two pieces that stand here are said again later, or were before: an address told twice."""
    first: dict[tuple[str, str], int] = {}
    found = [["", ""] for _ in pieces]
    for at in range(len(pieces) - 1):
        pair = (pieces[at], pieces[at + 1])
        before = first.setdefault(pair, at)
        if before < at:
            found[at][0] = found[at + 1][0] = "="
            found[before][1] = found[before + 1][1] = "+"
    return [before + after for before, after in found]


def _named(pieces: Sequence[str], known: Words) -> list[str]:
    """For each piece what known name covers it, and whether it begins there; longest first."""
    found = ["."] * len(pieces)
    at = 0
    while at < len(pieces):
        for size in range(min(known.longest, len(pieces) - at), 1, -1):
            kind = known.kinds.get("".join(pieces[at : at + size]))
            if kind:
                found[at : at + size] = [f"b{kind}", *([f"i{kind}"] * (size - 1))]
                at += size
                break
        else:
            at += 1
    return found
