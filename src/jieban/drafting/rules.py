"""What of a model's answer is kept: what the requester's own words or a passage given carry. Pure.

A quote that does not stand in the words that were sent, a value that its quote does not hold, and a
sentence about a rule that no given passage carries count for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jieban.drafting.figures import figures
from jieban.drafting.redact import incoming, same

PLAIN, SUPPORTED, UNSUPPORTED = "plain", "supported", "unsupported"
LEAST_SHARED = 0.3
"""So much of a sentence's pairs of signs must stand in the passages that it cites."""
_RULE = re.compile(
    "根据|按照|依据|依照|规定|条例|办法|法规|法律|政策|标准|通知|文件|意见|第.{1,6}条|应当|应该|必须|须|不得|禁止|"
    "可以申请|有权|符合条件|资格|补贴|补助|罚款|处罚|赔偿|收费|免费|期限|时限|工作日|以内|之内|不超过|不低于"
)
_QUANTITY = re.compile(
    r"[\d一二三四五六七八九十百千万两]+ ?(?:个月|天|日|小时|年|元|万元|块|%|％|倍|度|平方米|米)"
)
_SENTENCE = re.compile(r"[^。！？!?；;]+[。！？!?；;]*")
_CITED = re.compile(r"[\[［【](\d{1,3})[\]］】]")


def summary_of(found: Mapping[str, Any], sent: str) -> tuple[str, dict[str, Any]]:
    """The summary and the facts whose quote stands in the words sent."""
    facts = [
        {"fact": incoming(one["fact"]), "quote": incoming(one["quote"])}
        for one in found["facts"]
        if _quoted(one["quote"], sent)
    ]
    return incoming(found["summary"]), {"facts": [one for one in facts if one["fact"]]}


def slots_of(
    found: Mapping[str, Any], sent: str, wanted: Sequence[Mapping[str, Any]], year: int
) -> dict[str, Any]:
    """The answers that their quotes carry, one for each question; ``year``: that of the request."""
    rows = {one["code"]: one for one in wanted}
    kept: dict[str, dict[str, str]] = {}
    for one in found["fields"]:
        row = rows.get(one["field"])
        if row is None or one["field"] in kept or not _quoted(one["quote"], sent):
            continue
        value = incoming(one["value"])
        if value and carried(value, one["quote"], row, year):
            kept[one["field"]] = {"value": value, "quote": incoming(one["quote"]), "name": row["name"]}
    return {"fields": kept}


def carried(value: str, quote: str, row: Mapping[str, Any], year: int) -> bool:
    """Whether a quote holds a value: the words themselves, the figures, the day, one of the choices."""
    kind = row["kind"]
    if kind == "yesno":
        return value in ("yes", "no")
    if kind == "choice":
        return value in row["choices"]
    told = figures(quote)
    if kind in ("number", "money"):
        return len(figures(value)) == 1 and figures(value) <= told
    if kind == "date":
        day = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", value)
        return day is not None and _day_told([float(part) for part in day.groups()], told, year)
    return bool(same(value)) and same(value) in same(quote)


def _day_told(day: Sequence[float], told: set[float], this_year: int) -> bool:
    return set(day[1:]) <= told and (day[0] in told or day[0] in (this_year, this_year - 1))


def _quoted(quote: str, sent: str) -> bool:
    return len(same(quote)) >= 2 and same(quote) in same(sent)


def reply_of(found: Mapping[str, Any], passages: Sequence[Mapping[str, Any]]) -> tuple[str, dict[str, Any]]:
    """The words that a reply may begin from, and every sentence with what carries it.

    ``unsupported`` sentences are shown to the person and left out of the words.
    """
    texts = {int(one["n"]): f"{one['title']} {one['text']}" for one in passages}
    sentences = [row for one in found["sentences"] for row in _sentences(one, texts)]
    words = "".join(row["text"] for row in sentences if row["is"] != UNSUPPORTED)
    used = {n for row in sentences if row["is"] == SUPPORTED for n in row["cites"]}
    return words, {"sentences": sentences, "passages": [one for one in passages if one["n"] in used]}


def _sentences(one: Mapping[str, Any], texts: Mapping[int, str]) -> Iterable[dict[str, Any]]:
    for part in _SENTENCE.findall(incoming(one["text"], staff=True)):
        cites = list(dict.fromkeys([*one["cites"], *(int(n) for n in _CITED.findall(part))]))
        text = _CITED.sub("", part).strip()
        if text:
            known = [n for n in cites if n in texts]
            invented = [n for n in cites if n not in texts]
            state = UNSUPPORTED if invented else standing(text, [texts[n] for n in known])
            yield {"text": text, "cites": known, "invented": invented, "is": state}


def standing(sentence: str, cited: Sequence[str]) -> str:
    """Whether a sentence tells of no rule, of one that the passages cited carry, or of another."""
    if not cited:
        return UNSUPPORTED if _RULE.search(sentence) or _QUANTITY.search(sentence) else PLAIN
    sources = same(" ".join(cited))
    pairs = _pairs(same(sentence))
    shared = len(pairs & _pairs(sources)) / max(len(pairs), 1)
    told = set[float]().union(*(figures(one) for one in cited))
    invented = figures(sentence) - told - {1.0}  # "一起", "统一": not every 一 is a figure
    return UNSUPPORTED if invented or shared < LEAST_SHARED else SUPPORTED


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}
