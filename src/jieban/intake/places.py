"""Places to choose from, and what the reader understood of the place. Pure, over the book."""

from __future__ import annotations

from datetime import date

from jieban.city.book import Book
from jieban.city.rows import Place
from jieban.reading.reader import Reader
from jieban.reading.result import PlaceFound


def districts(book: Book, on: date) -> list[Place]:
    """The districts in force, in the order of the pack."""
    return [place for place in book.places.values() if place.level == "district" and place.in_force(on)]


def streets(book: Book, district: str, on: date) -> list[Place]:
    """The streets (街道、乡镇) of a district in force, in the order of the pack."""
    return [
        place
        for place in book.places.values()
        if place.level == "street" and place.parent == district and place.in_force(on)
    ]


def understood(reader: Reader, text: str, address: str, district: str = "") -> PlaceFound | None:
    """The place that text and address speak of; None when it lies outside a district that was chosen."""
    place = reader.read("", text, address=address).place
    if place is None or not place.district or (district and place.district != district):
        return None
    return place


def unknown_words(reader: Reader, text: str, address: str) -> str:
    """The requester's words for a place that is not known; "" where the place is clear or none is named."""
    return reader.read("", text, address=address).unknown_place


def chosen_place(found: PlaceFound | None, district: str, street: str) -> str:
    """The code to file under: the estate that was understood when it lies in the street that was chosen."""
    if found and street and found.street == street:
        return found.code
    return street or district
