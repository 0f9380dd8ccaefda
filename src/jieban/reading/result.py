"""What reading a request gives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guess:
    """A possible category with a calibrated confidence (0 to 1: the share of such guesses that are right)."""

    code: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reason:
    """One link in the chain of reasons a person can check.

    ``kind``: ``keyword``, ``model``, ``place``, ``alarm``, ``type``, ``hint``. ``quote`` is the caller's
    own wording (masked) that carried it; ``points_to`` a code of the book (category, place, tier, type).
    """

    kind: str
    quote: str
    points_to: str


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """A place found in the text. ``code`` is the smallest division that surely holds it.

    ``level`` is the level of ``code``: city, district, street or community; ``street`` and
    ``district`` are its codes up the tree, empty where not known. ``quote`` is the wording.
    ``role``: ``here``, ``home`` (somebody lives or is registered there) or ``compared``; ``relation``:
    ``opposite``, ``side``, ``crossing``, ``near`` or empty; ``detail``: house, entrance and door as said;
    ``how``: by its ``name``, by ``sound`` or with a ``typo``.
    """

    code: str
    level: str
    district: str
    street: str
    quote: str
    confidence: float
    role: str = "here"
    relation: str = ""
    detail: str = ""
    how: str = "name"


@dataclass(frozen=True, slots=True)
class Risk:
    """People at risk (困难群体) whom a request concerns.

    ``code`` of the book's ``risk_groups``; ``quote``: the caller's words (masked); ``tier`` the limit that
    the group demands, or empty; ``weight`` its points in a queue.
    """

    code: str
    quote: str
    tier: str
    weight: float


@dataclass(frozen=True, slots=True)
class Part:
    """One of several matters in one message: its stretch of ``Reading.text`` and a title for it."""

    start: int
    end: int
    title: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was understood of one request. Offsets are never exposed, quotes are masked.

    ``category`` is a six-digit code or ``""`` (don't know); ``categories`` the best guesses, best first.
    ``tier`` is the tier that an alarm or a risk demands, else ``""``; ``call`` the number to hand over to.
    ``title``, ``text`` and ``address`` are the request with phones, ids, cards, plates and e-mails masked;
    ``phones`` the full phone numbers found (personal data: goes to ``people`` only). ``model`` is the
    version of the model that read it, empty where there is none. ``unknown_place``: masked words that
    sound like a place which is not known, where no street was found. ``risks``: the people at risk whom it
    concerns; ``parts``: the several matters of one message, none where it has but one.
    """

    demand_type: str
    category: str
    confidence: float
    categories: tuple[Guess, ...]
    tier: str
    danger: bool
    call: str
    place: PlaceFound | None
    places: tuple[PlaceFound, ...]
    title: str
    text: str
    address: str
    phones: tuple[str, ...]
    secrets: tuple[str, ...]
    reasons: tuple[Reason, ...]
    model: str = ""
    unknown_place: str = ""
    risks: tuple[Risk, ...] = ()
    parts: tuple[Part, ...] = ()
