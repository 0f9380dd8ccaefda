"""The district of a position: by known points, by outlines, and positions that are none."""

from __future__ import annotations

import math

import numpy as np
import pytest

from jieban.city.book import Book
from jieban.reading.place.coordinates import Positions, inside, outlines_of, shifted

SQUARE = [[116.0, 39.0], [117.0, 39.0], [117.0, 40.0], [116.0, 40.0], [116.0, 39.0]]
HOLE = [[116.4, 39.4], [116.6, 39.4], [116.6, 39.6], [116.4, 39.6], [116.4, 39.4]]


def collection(name: str, *rings: list[list[float]]) -> dict[str, object]:
    shape = {"type": "Polygon", "coordinates": list(rings)}
    return {"features": [{"properties": {"name": name}, "geometry": shape}]}


@pytest.fixture(scope="module")
def positions(beijing: Book) -> Positions:
    return Positions(beijing)


def test_places_of_the_pack_lie_in_their_own_district(positions: Positions, beijing: Book) -> None:
    for place in [p for p in beijing.places.values() if p.level == "district" and p.lon and p.lat][:16]:
        found = positions.district_at(float(place.lon or 0), float(place.lat or 0))
        assert found is not None
        assert (found.district, found.how) == (place.code, "points")
        assert found.confidence > 0.5


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(121.47, 31.23), (math.nan, 39.9), (math.inf, 39.9), (116.4, -math.inf), (500.0, 39.9), (0.0, 0.0)],
)
def test_no_district_where_there_is_none(positions: Positions, lon: float, lat: float) -> None:
    assert positions.district_at(lon, lat) is None


def test_between_districts_it_is_less_sure(positions: Positions) -> None:
    inner, border = positions.district_at(116.443, 39.921), positions.district_at(116.357, 39.945)
    assert inner is not None
    assert border is not None
    assert border.confidence < inner.confidence


def test_outlines_decide_where_they_are_known(beijing: Book) -> None:
    outlines = outlines_of(collection("朝阳区", SQUARE, HOLE), {"朝阳区": "110105"})
    known = Positions(beijing, outlines)
    found = known.district_at(116.2, 39.2)
    assert found is not None
    assert (found.district, found.how) == ("110105", "outline")
    assert known.district_at(116.5, 39.5) is None, "in the hole"
    assert known.district_at(115.0, 39.5) is None


def test_inside_counts_crossings() -> None:
    ring = np.array(SQUARE)
    assert inside(116.5, 39.5, [ring])
    assert not inside(116.5, 39.5, [ring, np.array(HOLE)])
    assert not inside(117.5, 39.5, [ring])


@pytest.mark.parametrize("wrong", [{}, {"features": [1]}, {"features": [{"properties": {"name": "朝阳区"}}]}])
def test_no_feature_collection_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="polygons"):
        outlines_of(wrong, {"朝阳区": "110105"})


def test_satellite_positions_are_shifted() -> None:
    lon, lat = shifted(116.391349, 39.907375)  # Tiananmen, as a satellite fix
    assert (round(lon, 4), round(lat, 4)) == (116.3976, 39.9088)
    assert shifted(2.35, 48.85) == (2.35, 48.85)
