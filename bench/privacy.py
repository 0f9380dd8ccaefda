"""Privacy: are personal numbers found however they are written, and is anything else taken for one?

``jieban bench privacy [--quick]``. Made-up numbers (``_personal.py``, seed 42) are put between the
sentences of real messages, one to three in a message; a number counts as found when the signs of it that
must be hidden are in no masked text. Nothing is learned here, so there is no split to make: patterns were
written by the forms of the standards, and the files of real messages only lend their sentences. Precision
is counted on the same messages, and low: whatever is masked and was not put there counts as wrong, though
many such names and numbers are the writers' own. The same real messages are read
untouched too: mobile numbers in them were masked by who published them, so whatever is still found is a
false alarm or a number they missed, and is listed by kind. The baseline is a set of plain expressions.
Without the files our own samples lend their sentences.
"""

from __future__ import annotations

import platform
import random
import re
import time
from collections import Counter
from typing import Any

from bench._house import data_folder
from bench._personal import KINDS
from bench._texts import samples
from jieban.foundation.text import clean, fold
from jieban.reading.privacy.secrets import Secret, find_secrets, mask

FILES = (
    ("teddy_t2_official_test_unlabelled", "detail"),
    ("teddy_t3_hot", "detail"),
    ("teddy_t4_reply", "detail"),
    ("dongguan_hotline", "content"),
)
SEED = 42
GOALS = dict.fromkeys(("mobile", "landline", "id", "card"), 0.995)
_KIND_OF = {"mobile": "phone", "landline": "phone", "passport": "id"}
_PLAIN = {
    "phone": re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?!\d)"),
    "id": re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"),
    "card": re.compile(r"(?<!\d)\d{16,19}(?!\d)"),
    "plate": re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{5,6}"),
    "email": re.compile(r"[\w.]+@[\w.]+"),
    "account": re.compile(r"(?:QQ|微信)[:：号]?(\w{5,})"),
    "name": re.compile(r"我叫([\u4e00-\u9fff]{2,3})"),
}
_BORDER = re.compile(r"(?<=[。！？；\n])")


def run(args: list[str]) -> dict[str, Any]:
    quick = "--quick" in args
    sets, speeds = [], []
    for name, texts in _messages(400 if quick else 0):
        drawn, speed = _drawn_in(name, texts)
        sets += drawn
        speeds.append(speed)
        sets.append(_untouched(name, texts))
    found = [one for one in sets if one["set"].split(":")[0] in GOALS]
    hit = sum(one["recall"] * one["count"] for one in found)
    count = max(1, sum(one["count"] for one in found))
    return {
        "bench": "privacy",
        "metrics": {
            "recall": round(hit / count, 5),
            "texts_per_s": round(sum(speeds) / max(1, len(speeds)), 1),
            "sets": sets,
        },
        "reference": {"goal": {"recall": 0.995}, "baseline": "plain expressions, in the same run"},
        "machine": platform.processor() or platform.machine(),
    }


def _messages(most: int) -> list[tuple[str, list[str]]]:
    """(file, its texts) of every file beside the checkout, else our own samples."""
    found = []
    for name, column in FILES:
        path = data_folder() / f"{name}.parquet"
        if path.exists():
            import pyarrow.parquet as parquet

            rows = parquet.read_table(path, columns=[column]).to_pylist()
            texts = [str(row[column] or "").strip() for row in rows]
            found.append((name, [text for text in texts if text][: most or None]))
    return found or [("own samples", [text for _, text, _ in samples()][: most or None])]


def _drawn_in(name: str, texts: list[str]) -> tuple[list[dict[str, Any]], float]:
    """One set for each kind: recall and precision of ours and of the plain expressions; texts a second."""
    chance = random.Random(SEED)
    kinds = list(KINDS)
    count: Counter[str] = Counter()
    ours: Counter[str] = Counter()
    plain: Counter[str] = Counter()
    extra: Counter[str] = Counter()
    spent = 0.0
    for place, text in enumerate(texts):
        chosen = [kinds[(place + step) % len(kinds)] for step in range(1 + place % 3)]
        drawn = [(kind, *KINDS[kind](chance)) for kind in chosen]
        whole = clean(_put_in(text, [said for _, said, _ in drawn], chance))
        begun = time.process_time()
        secrets = find_secrets(whole)
        shown = mask(whole, secrets)
        spent += time.process_time() - begun
        plainly = _plainly(whole)
        for kind, _, hidden in drawn:
            count[kind] += 1
            ours[kind] += not _readable(shown, whole, hidden)
            plain[kind] += not _readable(plainly, whole, hidden)
        extra.update(_not_put_in(secrets, drawn))
    return [
        {
            "set": f"{kind}: {name}",
            "count": count[kind],
            "recall": round(ours[kind] / max(1, count[kind]), 5),
            "precision": _precision(kind, ours, extra),
            "baseline": {"what": "plain expressions", "recall": round(plain[kind] / max(1, count[kind]), 5)},
            **({"goal": {"recall": GOALS[kind]}} if kind in GOALS else {}),
        }
        for kind in kinds
    ], len(texts) / max(spent, 1e-9)


def _put_in(text: str, said: list[str], chance: random.Random) -> str:
    """A text with each wording at a border between sentences."""
    parts = [part for part in _BORDER.split(text) if part] or [""]
    for words in said:
        parts.insert(chance.randrange(len(parts) + 1), f"{words}{chance.choice('，。；')}")
    return "".join(parts)


def _bare(text: str) -> str:
    """Letters and digits alone, numerals as digits: what can be read whatever stands between."""
    folded = fold(clean(text)).translate(str.maketrans("零〇一幺二三四五六七八九", "001123456789"))
    return "".join(sign for sign in folded if sign.isalnum())


def _readable(shown: str, whole: str, hidden: str) -> bool:
    """Whether the hidden part can still be read more often than the message itself says it elsewhere."""
    plain = _bare(hidden)
    return _bare(shown).count(plain) >= max(1, _bare(whole).count(plain))


def _plainly(text: str) -> str:
    for pattern in _PLAIN.values():
        text = pattern.sub(lambda hit: "*" * len(hit[0]), text)
    return text


def _not_put_in(secrets: list[Secret], drawn: list[tuple[str, str, str]]) -> list[str]:
    """The kinds of what was masked and is no part of what was put in."""
    said = _bare(" ".join(words for _, words, _ in drawn))
    return [one.kind for one in secrets if _bare(one.value) not in said]


def _precision(kind: str, ours: Counter[str], extra: Counter[str]) -> float:
    same = _KIND_OF.get(kind, kind)
    right = sum(hits for name, hits in ours.items() if _KIND_OF.get(name, name) == same)
    return round(right / max(1, right + extra[same]), 4)


def _untouched(name: str, texts: list[str]) -> dict[str, Any]:
    """What is found in the messages as they are: by kind, and how many messages are touched at all."""
    kinds: Counter[str] = Counter()
    touched = 0
    plain = 0
    for text in texts:
        secrets = find_secrets(clean(text))
        kinds.update(secret.kind for secret in secrets)
        touched += bool(secrets)
        plain += _plainly(text) != text
    return {
        "set": f"untouched: {name}",
        "count": len(texts),
        "found": dict(sorted(kinds.items())),
        "touched": round(touched / max(1, len(texts)), 4),
        "baseline": {"what": "plain expressions", "touched": round(plain / max(1, len(texts)), 4)},
    }
