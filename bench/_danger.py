"""Danger: how many of our own sentences are heard, and how often real letters raise an alarm.

``danger_sets(reader)`` gives one set for each half of ``tests/reading/signs/danger.jsonl`` (halves by a
draw with seed 42 within each kind; phrases were mended by ``dev`` alone, ``test`` is what counts), the
``test`` half in disguise (traditional signs, gaps, signs without width, full width), and for each file
of real messages beside the checkout the share that is flagged: there is no truth for those, only a rate.
The baseline is a plain list of forty words of danger in the same run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench._house import data_folder
from jieban.foundation.lookalikes import TRADITIONAL
from jieban.reading.reader import Reader

SENTENCES = Path(__file__).resolve().parents[1] / "tests" / "reading" / "signs" / "danger.jsonl"
GOAL = {"recall": 0.99}
_WORDS = """
煤气味 燃气味 漏气 泄漏 着火 起火 失火 冒烟 爆炸 漏电 触电 被困 电梯困 坍塌 倒塌 塌了 掉下来 溺水 落水 井盖
自杀 跳楼 不想活 轻生 砍人 持刀 打人 家暴 绑架 走失 走丢 失踪 中毒 昏迷 晕倒 没呼吸 救命 车祸 撞人 咬人
"""
PLAIN_WORDS = tuple(_WORDS.split())
REAL = (
    ("teddy_t2_official_test_unlabelled", ("title", "detail")),
    ("teddy_t3_hot", ("title", "detail")),
    ("teddy_t4_reply", ("title", "detail")),
    ("dongguan_hotline", ("title", "content")),
)
_TRADITIONAL = str.maketrans(dict(zip(TRADITIONAL[1::2], TRADITIONAL[::2], strict=True)))
DISGUISES: dict[str, Callable[[str], str]] = {
    "traditional": lambda text: text.translate(_TRADITIONAL),
    "gaps": " ".join,
    "no width": "\u200b".join,
    "full width": lambda text: "".join(
        chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text
    ),
}


def danger_sets(reader: Reader, most: int = 0) -> list[dict[str, Any]]:
    """The sets of danger for ``metrics.sets``; ``most`` real messages of each file (0 = all)."""
    rows = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    parts = {part: [row for row in rows if row["part"] == part] for part in ("dev", "test")}
    sets = [_told(f"danger.{part}", mine, reader, str) for part, mine in parts.items()]
    sets += [_told(f"danger.test in {name}", parts["test"], reader, way) for name, way in DISGUISES.items()]
    return sets + [_rate(name, columns, reader, most) for name, columns in REAL]


def _told(
    name: str, rows: Sequence[dict[str, Any]], reader: Reader, way: Callable[[str], str]
) -> dict[str, Any]:
    texts = [way(row["text"]) for row in rows]
    right = [bool(row["danger"]) for row in rows]
    plain = [any(word in text for word in PLAIN_WORDS) for text in texts]
    return {
        "set": name,
        "count": len(rows),
        **_figures(right, [reader.read("", text).danger for text in texts]),
        "baseline": {"what": f"a list of {len(PLAIN_WORDS)} words", **_figures(right, plain)},
        "goal": GOAL,
    }


def _figures(right: Sequence[bool], told: Sequence[bool]) -> dict[str, float]:
    both = sum(a and b for a, b in zip(right, told, strict=True))
    return {
        "recall": round(both / max(1, sum(right)), 4),
        "precision": round(both / max(1, sum(told)), 4),
    }


def _rate(name: str, columns: tuple[str, str], reader: Reader, most: int) -> dict[str, Any]:
    """The share of real messages flagged; says so where the file is not beside the checkout."""
    path = data_folder() / f"{name}.parquet"
    if not path.exists():
        return {"set": f"danger in {name}", "skipped": "the data is not beside the checkout"}
    import pyarrow.parquet as parquet

    rows = parquet.read_table(path, columns=list(columns)).to_pylist()[: most or None]
    texts = [tuple(str(row[column] or "").strip() for column in columns) for row in rows]
    flagged = sum(reader.read(title, text).danger for title, text in texts)
    plain = sum(any(word in title + text for word in PLAIN_WORDS) for title, text in texts)
    return {
        "set": f"danger in {name}",
        "count": len(texts),
        "flagged": round(flagged / max(1, len(texts)), 4),
        "baseline": {
            "what": f"a list of {len(PLAIN_WORDS)} words",
            "flagged": round(plain / max(1, len(texts)), 4),
        },
    }
