"""How a requester stands to his matter: for whom he speaks, how secret it is, who must keep out. Pure.

Ordinance Art. 2 (who may bring a demand) and Art. 8 (privacy, no retaliation). Whatever is chosen here
is never a condition of being heard: all of it may stay empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jieban.intake.mapping import Refusal

CONFIDENTIAL = "confidential"  # 保密: only the hotline knows who it is
ANONYMOUS = "anonymous"  # 匿名: nobody knows who it is
SECRECIES = ("", CONFIDENTIAL, ANONYMOUS)
SPEAKS_FOR = ("", "family", "lawyer", "organisation", "other")
KINDS = ("", "person", "legal_person", "other_org")
_YES, _NO = ("yes", "true", "1", "是"), ("", "no", "false", "0", "否")
NAME_CHARS = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """What a requester chose. ``represented`` is the name of the person he speaks for: personal data."""

    secrecy: str = ""
    speaks_for: str = ""
    represented: str = ""
    minor: bool = False
    kind: str = ""
    recused: tuple[str, ...] = ()

    def parts(self) -> tuple[str, ...]:
        """What was chosen as texts; none when nothing was."""
        chosen = (self.secrecy, self.speaks_for, self.represented, str(self.minor or ""), self.kind)
        return (*chosen, *self.recused) if any(chosen) or self.recused else ()


PLAIN = Standing()
"""He speaks for himself, and nothing is to be kept from the unit that handles it."""


def read_standing(values: Mapping[str, str]) -> Standing | Refusal:
    """The standing that texts by these names mean: ``secrecy``, ``on_behalf``, ``represented``, ``minor``,
    ``requester_kind``. A word that is none of those offered is refused with the ones that are.
    """
    secrecy = values.get("secrecy", "").strip().lower()
    if secrecy not in SECRECIES:
        return _refusal("secrecy", secrecy, SECRECIES)
    speaks_for = values.get("on_behalf", "").strip().lower()
    if speaks_for not in SPEAKS_FOR:
        return _refusal("on_behalf", speaks_for, SPEAKS_FOR)
    kind = values.get("requester_kind", "").strip().lower()
    if kind not in KINDS:
        return _refusal("requester_kind", kind, KINDS)
    minor = values.get("minor", "").strip().lower()
    if minor not in _YES + _NO:
        return Refusal(1, "minor", f"minor is {minor}, not yes or no.", "Write yes or no, or leave it out.")
    represented = values.get("represented", "").strip()
    if len(represented) > NAME_CHARS:
        return Refusal(
            1,
            "represented",
            f"The name has {len(represented)} characters; at most {NAME_CHARS} are taken.",
            "Give the name alone.",
        )
    if represented and not speaks_for:
        return Refusal(
            1,
            "represented",
            "A represented person is named, but on_behalf is empty.",
            f"Say on whose behalf it is: {_listed(SPEAKS_FOR)}.",
        )
    return Standing(secrecy, speaks_for, represented, minor in _YES, kind)


def _refusal(field: str, given: str, offered: tuple[str, ...]) -> Refusal:
    return Refusal(1, field, f"{field} is {given}.", f"Use {_listed(offered)}, or leave it out.")


def _listed(offered: tuple[str, ...]) -> str:
    named = [one for one in offered if one]
    return f"{', '.join(named[:-1])} or {named[-1]}"
