"""From files to articles: statutes in Markdown, and rows with named columns. Rows that are refused are told.

Reading tables is done by whoever calls (``jieban knowledge load``); here rows are plain mappings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from itertools import batched

from jieban.knowledge.actions import Draft, Unfit, checked, do_write_all
from jieban.knowledge.kinds import LAW
from jieban.knowledge.statutes import Statute
from jieban.matters.rules import Actor

COLUMNS = (
    ("code", "code of the article; made from its question when not given"),
    ("title", "title"),
    ("question", "question as people ask it"),
    ("answer", "the answer"),
    ("source", "where it stands"),
    ("url", "address on the web"),
    ("unit", "unit responsible"),
    ("valid_from", "first day in force"),
    ("valid_to", "first day no longer in force"),
    ("checked", "day on which it was last checked"),
    ("language", "language, zh-hans when not given"),
)
"""(field, meaning) of the columns that a file of articles may have."""
_AT_ONCE = 500
_DAY = re.compile(r"^\s*(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T].*)?$")


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that became no article: its number in the file, the field, why, and what to do."""

    number: int
    field: str
    reason: str
    remedy: str


@dataclass(slots=True)
class Report:
    """What became of the rows: ``read`` = ``new`` + ``changed`` + ``unchanged`` + ``refused``."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)

    def as_json(self) -> dict[str, int]:
        """The counts."""
        counts = {"read": self.read, "new": self.new, "changed": self.changed, "unchanged": self.unchanged}
        return counts | {"refused": len(self.refused)}


def load_rows(
    rows: Iterable[tuple[int, Mapping[str, str]]],
    columns: Mapping[str, str],
    *,
    kind: str,
    actor: Actor,
    now: datetime,
    fixed: Mapping[str, str] | None = None,
    demonstration: bool = False,
) -> Report:
    """Write rows (number, cells by column) as articles; the same rows again change nothing.

    ``columns`` tells which column holds which field of ``COLUMNS``; ``fixed`` gives fields for all rows.
    """
    report = Report()
    for some in batched(_drafts(rows, columns, kind, fixed or {}, demonstration, report), _AT_ONCE):
        _write(dict(some), report, actor, now)
    return report


def load_statute(
    statute: Statute, *, source: str, actor: Actor, now: datetime, checked_at: date | None = None
) -> Report:
    """Write the articles of a statute; one that changed gets a new version."""
    report = Report()
    drafts = {}
    for number, one in enumerate(statute.articles, start=1):
        report.read += 1
        title = " ".join(filter(None, (statute.name, one.label)))
        draft = Draft(
            code=f"{statute.name[:60]}:{one.number}",
            kind=LAW,
            title=title,
            body="\n".join(one.paragraphs),
            source=" ".join(filter(None, (source, one.chapter)))[:300],
            valid_from=max(filter(None, (statute.in_force, statute.announced)), default=None),
            checked_at=checked_at,
        )
        try:
            drafts[draft.code] = (number, checked(draft))
        except Unfit as unfit:
            report.refused.append(Refused(number, unfit.field, unfit.reason, unfit.remedy))
    _write(dict(drafts.values()), report, actor, now)
    return report


def _write(drafts: Mapping[int, Draft], report: Report, actor: Actor, now: datetime) -> None:
    """Write drafts by the number of their row; of two with one code the later counts as a change."""
    waiting = list(drafts.values())
    while waiting:
        at_once: dict[str, Draft] = {}
        later = []
        for draft in waiting:
            if draft.code in at_once:
                later.append(draft)
            else:
                at_once[draft.code] = draft
        for written in do_write_all(list(at_once.values()), actor, now=now):
            report.unchanged += written is None
            report.new += written is not None and written.version == 1
            report.changed += written is not None and written.version > 1
        waiting = later


def _drafts(
    rows: Iterable[tuple[int, Mapping[str, str]]],
    columns: Mapping[str, str],
    kind: str,
    fixed: Mapping[str, str],
    demonstration: bool,
    report: Report,
) -> Iterator[tuple[int, Draft]]:
    for number, cells in rows:
        report.read += 1
        given = {name: str(cells.get(column) or "").strip() for name, column in columns.items()}
        given = {**fixed, **{name: value for name, value in given.items() if value}}
        try:
            yield number, checked(_draft(given, kind, demonstration))
        except Unfit as unfit:
            report.refused.append(Refused(number, unfit.field, unfit.reason, unfit.remedy))


def _draft(given: Mapping[str, str], kind: str, demonstration: bool) -> Draft:
    question, title, body = given.get("question", ""), given.get("title", ""), given.get("answer", "")
    return Draft(
        code=given.get("code") or _code(kind, question or title or body),
        kind=given.get("kind") or kind,
        title=title,
        question=question,
        body=body,
        source=given.get("source", "")[:300],
        url=given.get("url", ""),
        unit=given.get("unit", "")[:60],
        language=given.get("language") or "zh-hans",
        valid_from=_day("valid_from", given),
        valid_to=_day("valid_to", given),
        checked_at=_day("checked", given),
        demonstration=demonstration,
    )


def _code(kind: str, words: str) -> str:
    return f"{kind}-{sha256(' '.join(words.split()).encode('utf-8', 'replace')).hexdigest()[:16]}"


def _day(name: str, given: Mapping[str, str]) -> date | None:
    written = given.get(name, "")
    if not written:
        return None
    found = _DAY.match(written)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise Unfit(name, f'"{written[:30]}" is not a day.', "Write it as 2026-11-22, or leave it empty.")
