"""Place: is the street found where it is named, where only a neighbourhood is, and in words written wrong?

``jieban bench place [--quick] [--only samples|addresses|dongguan|position]``.

* ``samples``: our own labelled requests. A sample counts as named where a name of the labelled street (full,
  short, alias, former name) stands in its words, else as neighbourhood; the finder learns nothing from
  them. Set c was written by others while the names were collected; no failure on it was looked at, those
  on the others were. Baseline: the first street whose official name, full or short, stands in the words.
* ``written_wrong``: in the named samples one character of a name of three or more signs is replaced by
  another of the same sound (seed 42); baseline: the same finder without tolerance. ``foreign``: messages of
  another city: every place that tolerance finds there is false.
* ``cn_address_parsing``: trained on split=train, measured on split=dev; settings were chosen on a tenth of
  split=train. The model is not kept.
* ``dongguan_hotline``: the gazetteer is the list of the towns that the column ``town`` names, written
  "<name>镇"; the post without its title is read, since the column was told from the title. Baseline: the
  first town whose name stands in the post.
* ``position``: the district of positions. Baseline: the district whose centre is nearest. Without outlines
  the known points of the pack decide; with them is told beside it. Outlines are read from
  ``shared/data`` and never kept.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bench import _addresses
from bench._house import data_folder
from jieban.city.book import Book
from jieban.city.pack import book_from_files
from jieban.city.rows import Place
from jieban.reading.matter.samples import Sample, load_samples, samples_folder
from jieban.reading.place.coordinates import Positions, outlines_of
from jieban.reading.place.finder import PlaceFinder
from jieban.reading.place.gazetteer import short_form
from jieban.reading.place.tolerance import sound_of
from jieban.reading.text import clean, fold
from jieban.reading.wordlists import lines

PARTS = ("samples", "addresses", "dongguan", "position")
GOAL_NAMED, GOAL_NEIGHBOURHOOD = 0.95, 0.85
SEED = 42
Fields = list[tuple[str, str, str]]


def run(args: list[str]) -> dict[str, Any]:
    """Run the bench; options --quick, --only."""
    parser = argparse.ArgumentParser(prog="jieban bench place")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args(args)
    asked = (options.only,) if options.only else PARTS
    book = book_from_files("beijing")
    finder = PlaceFinder(book)
    sets: list[dict[str, Any]] = []
    if "samples" in asked:
        samples = load_samples(samples_folder(book))
        sets += _samples(book, finder, samples)
        sets.append(_written_wrong(book, finder, samples))
        sets += _foreign(finder, 1000 if options.quick else 0)
    if "addresses" in asked:
        sets.append(_addresses.measure(data_folder(), options.quick) or _skipped("cn_address_parsing"))
    if "dongguan" in asked:
        sets.append(_dongguan() or _skipped("dongguan_hotline"))
    if "position" in asked:
        sets += _positions(book)
    return {
        "bench": "place",
        "metrics": {"sets": sets},
        "reference": {"goal_named": GOAL_NAMED, "goal_neighbourhood": GOAL_NEIGHBOURHOOD},
        "machine": {"cpu": platform.processor() or platform.machine(), "cores": os.cpu_count()},
    }


def _skipped(name: str) -> dict[str, Any]:
    return {"set": name, "skipped": "the file is not beside the checkout"}


def _fields(title: str, text: str) -> Fields:
    return [("title", fold(clean(title)), ""), ("text", fold(clean(text)), "")]


def names_of_streets(book: Book) -> dict[str, set[str]]:
    """Street code -> its own names: full, short, aliases and former names, folded."""
    names: dict[str, set[str]] = {}
    for place in book.places.values():
        if place.level == "street":
            full = fold(place.name)
            names[place.code] = {full, short_form(full, "street")}
    for row in book.tables["place_names"]:
        if row.place in names and row.kind in ("alias", "former"):
            names[row.place].add(fold(row.name))
    return names


def _samples(book: Book, finder: PlaceFinder, samples: Sequence[Sample]) -> list[dict[str, Any]]:
    names = names_of_streets(book)
    groups: dict[str, list[Sample]] = {}
    for sample in samples:
        street, words = sample.label.get("street"), fold(clean(f"{sample.title}\n{sample.text}"))
        kind = "none" if not street else "neighbourhood"
        if street and any(name in words for name in names.get(street, ())):
            kind = "named"
        for group in (kind, f"{kind}_c") if sample.id.startswith("c") else (kind,):
            groups.setdefault(group, []).append(sample)
    plain = _plain_streets(names)
    goals = {"named": GOAL_NAMED, "neighbourhood": GOAL_NEIGHBOURHOOD}
    return [
        {
            "set": f"own_samples_{group}",
            "count": len(kept),
            **_right(kept, lambda fields: _codes(finder, fields)),
            "texts_per_s": _speed(finder, [_fields(one.title, one.text) for one in kept]),
            "baseline": {**_right(kept, plain, book), "what": "the first street whose official name is said"},
            "goal": {"street_accuracy": goals[group.removesuffix("_c")]} if group != "none" else {},
        }
        for group, kept in sorted(groups.items())
        if not group.startswith("none_")
    ]


def _codes(finder: PlaceFinder, fields: Fields) -> tuple[str, str]:
    place = finder.find(fields)[0]
    return (place.district, place.street) if place else ("", "")


def _right(
    samples: Sequence[Sample], tell: Callable[[Fields], tuple[str, str]], book: Book | None = None
) -> dict[str, float]:
    told = [tell(_fields(one.title, one.text)) for one in samples]
    if book is not None:
        told = [(book.places[street].parent if street else "", street) for _, street in told]
    count = max(1, len(samples))
    streets = sum(
        (one.label.get("street") or "") == street for one, (_, street) in zip(samples, told, strict=True)
    )
    districts = sum(
        (one.label.get("district") or "") == code for one, (code, _) in zip(samples, told, strict=True)
    )
    return {"street_accuracy": round(streets / count, 4), "district_accuracy": round(districts / count, 4)}


def _plain_streets(names: dict[str, set[str]]) -> Callable[[Fields], tuple[str, str]]:
    by_name = sorted((name, code) for code, own in names.items() for name in own)

    def tell(fields: Fields) -> tuple[str, str]:
        words = "\n".join(text for _, text, _ in fields)
        found = [(words.find(name), -len(name), code) for name, code in by_name if name in words]
        return "", min(found)[2] if found else ""

    return tell


def _speed(finder: PlaceFinder, texts: Sequence[Fields]) -> float:
    begin = time.process_time()
    for fields in texts:
        finder.find(fields)
    return round(len(texts) / max(1e-9, time.process_time() - begin), 1)


def _written_wrong(book: Book, finder: PlaceFinder, samples: Sequence[Sample]) -> dict[str, Any]:
    """Samples whose only name is written with another character of the same sound."""
    names, drawn = names_of_streets(book), random.Random(SEED)
    alike = {sign: signs for _, signs in lines("sounds") for sign in signs}
    tolerant = exact = count = 0
    for sample in samples:
        street = sample.label.get("street") or ""
        words = fold(clean(f"{sample.title}\n{sample.text}"))
        said = max(
            (name for name in names.get(street, ()) if name in words and len(name) >= 3), key=len, default=""
        )
        if not said:
            continue
        at = drawn.randrange(len(said))
        other = drawn.choice(
            [sign for sign in alike.get(said[at], said[at]) if sign != said[at]] or [said[at]]
        )
        wrong = said[:at] + other + said[at + 1 :]
        assert sound_of(wrong) == sound_of(said)
        fields: Fields = [("text", words.replace(said, wrong), "")]
        place, _, _ = finder.understand(fields)
        plain, _ = finder.find_exact(fields)
        count += 1
        tolerant += bool(place and place.street == street)
        exact += bool(plain and plain.street == street)
    return {
        "set": "own_samples_written_wrong",
        "count": count,
        "street_accuracy": round(tolerant / max(1, count), 4),
        "baseline": {"street_accuracy": round(exact / max(1, count), 4), "what": "exact names alone"},
        "goal": {},
    }


def _foreign(finder: PlaceFinder, most: int) -> list[dict[str, Any]]:
    """How often tolerance finds a place of Beijing in messages of other cities."""
    found = []
    for name, column in (("dongguan_hotline", "content"), ("teddy_t3_hot", "detail")):
        path = data_folder() / f"{name}.parquet"
        if not path.exists():
            found.append(_skipped(name))
            continue
        import pyarrow.parquet as parquet

        rows = parquet.read_table(path, columns=["title", column]).to_pylist()[: most or None]
        texts = [_fields(str(row["title"] or ""), str(row[column] or "")) for row in rows]
        false = sum(any(place.how != "name" for place in finder.find(fields)[1][:1]) for fields in texts)
        found.append(
            {
                "set": f"foreign_{name}",
                "count": len(texts),
                "false_by_tolerance": false,
                "false_share": round(false / max(1, len(texts)), 5),
                "texts_per_s": _speed(finder, texts),
                "baseline": {},
                "goal": {"false_share": 0.005},
            }
        )
    return found


def _dongguan() -> dict[str, Any] | None:
    path = data_folder() / "dongguan_hotline.parquet"
    if not path.exists():
        return None
    import pyarrow.parquet as parquet

    rows = parquet.read_table(path, columns=["content", "town"]).to_pylist()
    rows = [row for row in rows if row["town"] and row["content"]]
    towns = sorted({row["town"] for row in rows})
    codes = {town: f"4419{at:05d}" for at, town in enumerate(towns)}
    finder = PlaceFinder(_town_book(codes))
    begin = time.process_time()
    told = [finder.find(_fields("", row["content"])) for row in rows]
    spent = time.process_time() - begin
    right = sum(
        bool(best and best.street == codes[row["town"]]) for (best, _), row in zip(told, rows, strict=True)
    )
    said = sum(bool(best and best.street) for best, _ in told)
    guessed = [
        next((one.street for one in (best, *options) if one and one.street), "") for best, options in told
    ]
    top1 = sum(code == codes[row["town"]] for code, row in zip(guessed, rows, strict=True))
    first = [
        min(((fold(row["content"]).find(t), t) for t in towns if t in row["content"]), default=(0, ""))
        for row in rows
    ]
    plain = sum(town == row["town"] for (_, town), row in zip(first, rows, strict=True))
    named = sum(row["town"] in row["content"] for row in rows)
    return {
        "set": "dongguan_hotline",
        "count": len(rows),
        "accuracy": round(right / max(1, len(rows)), 4),
        "precision": round(right / max(1, said), 4),
        "top1": round(top1 / max(1, len(rows)), 4),
        "accuracy_where_named": round(right / max(1, named), 4),
        "texts_per_s": round(len(rows) / max(1e-9, spent), 1),
        "baseline": {
            "accuracy": round(plain / max(1, len(rows)), 4),
            "precision": round(plain / max(1, sum(bool(t) for _, t in first)), 4),
            "what": "the first town whose name stands in the post",
        },
        "goal": {},
    }


def _town_book(codes: dict[str, str]) -> Book:
    """A city of one district that holds the towns: nothing but their names is known of it."""
    usual: dict[str, Any] = {"valid_from": date(2000, 1, 1), "source": "bench", "status": "demonstration"}
    places = [
        Place(code="441900", level="city", name="东莞市", **usual),
        Place(code="441901", parent="441900", level="district", name="东莞市区", **usual),
        *(
            Place(code=code, parent="441901", level="street", name=f"{town}镇", **usual)
            for town, code in codes.items()
        ),
    ]
    book = book_from_files("beijing")
    tables = {**dict.fromkeys(book.tables, ()), "places": tuple(places)}
    return replace(book, tables=tables, fingerprint="dongguan")


def _positions(book: Book) -> list[dict[str, Any]]:
    path, outline = data_folder() / "beijing_poi_small.parquet", data_folder() / "beijing_districts.geojson"
    if not path.exists() or not outline.exists():
        return [_skipped("position")]
    import pyarrow.parquet as parquet

    codes = {place.name: place.code for place in book.places.values() if place.level == "district"}
    outlines = outlines_of(json.loads(outline.read_text(encoding="utf-8")), codes)
    plain, drawn = Positions(book), random.Random(SEED)
    known = Positions(book, outlines)
    rows = [
        (float(row["lon"]), float(row["lat"]), codes[row["district"]])
        for row in parquet.read_table(path).to_pylist()
        if row["district"] in codes and row["lon"] and row["lat"]
    ]
    spread: list[tuple[float, float, str]] = []
    while len(spread) < 2000:
        lon, lat = drawn.uniform(115.4, 117.5), drawn.uniform(39.4, 41.1)
        found = known.district_at(lon, lat)
        if found and found.how == "outline":
            spread.append((lon, lat, found.district))
    return [
        _located("position_places", rows, plain, book) | {"with_outlines": _hits(rows, known)},
        _located("position_everywhere", spread, plain, book),
    ]


def _located(
    name: str, rows: Sequence[tuple[float, float, str]], finder: Positions, book: Book
) -> dict[str, Any]:
    centres = replace(
        book,
        tables={
            **book.tables,
            "places": tuple(p for p in book.places.values() if p.level in ("city", "district")),
        },
        fingerprint="centres",
    )
    begin = time.perf_counter()
    accuracy = _hits(rows, finder)
    spent = time.perf_counter() - begin
    sure = [row for row in rows if (one := finder.district_at(*row[:2])) and one.confidence >= 0.9]
    return {
        "set": name,
        "count": len(rows),
        "accuracy": accuracy,
        "accuracy_where_sure": _hits(sure, finder),
        "share_sure": round(len(sure) / max(1, len(rows)), 4),
        "ms": round(1000 * spent / max(1, len(rows)), 3),
        "baseline": {"accuracy": _hits(rows, Positions(centres)), "what": "the nearest centre of a district"},
        "goal": {},
    }


def _hits(rows: Sequence[tuple[float, float, str]], finder: Positions) -> float:
    right = 0
    for lon, lat, code in rows:
        found = finder.district_at(lon, lat)
        right += bool(found and found.district == code)
    return round(right / max(1, len(rows)), 4)
