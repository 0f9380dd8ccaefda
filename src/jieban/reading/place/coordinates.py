"""The district of a position: by outlines where they are known, else by the known points around it.

Positions of Chinese map services are shifted (GCJ-02); those of a phone's satellite fix are not (WGS 84).
The places of a pack stand in GCJ-02, and so must outlines. Without outlines the nearest known places
vote, the nearer the more; the share of votes is the confidence, and it is lower where all are far away.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jieban.city.book import Book

Floats = NDArray[np.float64]
_NEIGHBOURS = 6
_NEAR_KM = 1.5
"""Known places nearer than this count fully."""
_FAR_KM = 30.0
"""A position farther than this from every known place lies in no district of the city."""
_METRES = 6_378_245.0
_FLAT = 0.00669342162296594323
_KM_OF_DEGREE = 111.32
_INSIDE = 0.99


@dataclass(frozen=True, slots=True)
class PositionFound:
    """The district of a position (code), how sure (0 to 1), by ``outline`` or by ``points``.

    ``street`` is the code of the street of the nearest known place, a hint only; ``km`` how far that is.
    """

    district: str
    confidence: float
    how: str
    street: str = ""
    km: float = 0.0


class Positions:
    """The known points of a book, and outlines of its districts where there are any.

    ``outlines``: district code -> rings, each an array (points, 2) of longitude and latitude in GCJ-02.
    """

    def __init__(self, book: Book, outlines: Mapping[str, Sequence[Floats]] | None = None) -> None:
        points: list[tuple[float, float]] = []
        self._districts: list[str] = []
        self._streets: list[str] = []
        for place in book.places.values():
            district = book.place_at(place.code, "district")
            if place.lon is None or place.lat is None or district is None:
                continue
            street = book.place_at(place.code, "street")
            points.append((float(place.lon), float(place.lat)))
            self._districts.append(district.code)
            self._streets.append(street.code if street else "")
        self._points = np.array(points, dtype=np.float64).reshape(-1, 2)
        self._outlines = {code: list(rings) for code, rings in (outlines or {}).items() if rings}
        self._boxes = {code: _box(rings) for code, rings in self._outlines.items()}

    def district_at(self, lon: float, lat: float, *, wgs84: bool = False) -> PositionFound | None:
        """The district of a position in degrees, or None when it is no position or far outside the city."""
        if not (math.isfinite(lon) and math.isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90):
            return None
        if wgs84:
            lon, lat = shifted(lon, lat)
        near = self._by_points(lon, lat)
        for code, rings in self._outlines.items():
            west, south, east, north = self._boxes[code]
            if west <= lon <= east and south <= lat <= north and inside(lon, lat, rings):
                same = near is not None and near.district == code
                return PositionFound(
                    code, _INSIDE, "outline", near.street if near and same else "", near.km if near else 0.0
                )
        return near if not self._outlines else None

    def _by_points(self, lon: float, lat: float) -> PositionFound | None:
        if not len(self._points):
            return None
        km = _km(self._points, lon, lat)
        first = np.argpartition(km, min(_NEIGHBOURS, len(km) - 1))[:_NEIGHBOURS]
        nearest = int(first[np.argmin(km[first])])
        if km[nearest] > _FAR_KM:
            return None
        votes: dict[str, float] = {}
        for at in first:
            code = self._districts[at]
            votes[code] = votes.get(code, 0.0) + 1.0 / (0.2 + float(km[at])) ** 2
        best = max(votes, key=lambda code: (votes[code], code))
        share = votes[best] / sum(votes.values())
        far = max(0.0, float(km[nearest]) - _NEAR_KM) / _FAR_KM
        return PositionFound(
            best, round(_INSIDE * share * (1.0 - far), 3), "points", self._streets[nearest],
            round(float(km[nearest]), 2),
        )  # fmt: skip


def _box(rings: Sequence[Floats]) -> tuple[float, float, float, float]:
    every = np.concatenate(list(rings))
    (west, south), (east, north) = every.min(axis=0), every.max(axis=0)
    return float(west), float(south), float(east), float(north)


def _km(points: Floats, lon: float, lat: float) -> Floats:
    east = (points[:, 0] - lon) * math.cos(math.radians(lat))
    distances: Floats = np.hypot(east, points[:, 1] - lat) * _KM_OF_DEGREE
    return distances


def inside(lon: float, lat: float, rings: Iterable[Floats]) -> bool:
    """Whether a position lies inside the rings, by the even-odd rule (a ring in a ring is a hole)."""
    odd = False
    for ring in rings:
        x, y = ring[:, 0], ring[:, 1]
        next_x, next_y = np.roll(x, -1), np.roll(y, -1)
        crosses = (y > lat) != (next_y > lat)
        if crosses.any():
            at = (next_x - x)[crosses] * (lat - y[crosses]) / (next_y - y)[crosses] + x[crosses]
            odd ^= bool(np.count_nonzero(lon < at) % 2)
    return odd


def outlines_of(features: Mapping[str, Any], codes: Mapping[str, str]) -> dict[str, list[Floats]]:
    """Outlines from a GeoJSON feature collection of polygons; ``codes``: name of a feature -> district code.

    Features without a known name are left out. Raises ``ValueError`` for what is no feature collection.
    """
    found: dict[str, list[Floats]] = {}
    try:
        for feature in features["features"]:
            code = codes.get(str(feature["properties"].get("name", "")))
            if code is None:
                continue
            shape = feature["geometry"]
            polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
            found[code] = [np.array(ring, dtype=np.float64)[:, :2] for one in polygons for ring in one]
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"No feature collection of polygons: {error}") from error
    return found


def shifted(lon: float, lat: float) -> tuple[float, float]:
    """A WGS 84 position as Chinese maps draw it (GCJ-02); outside China as it is."""
    if not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    waves = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + waves
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + waves
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    radians = math.radians(lat)
    magic = 1 - _FLAT * math.sin(radians) ** 2
    root = math.sqrt(magic)
    north = north * 180.0 / ((_METRES * (1 - _FLAT)) / (magic * root) * math.pi)
    east = east * 180.0 / (_METRES / root * math.cos(radians) * math.pi)
    return lon + east, lat + north
