"""Personal data are sealed: only with this installation's secret, only in their own field, never changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.foundation import sealing
from jieban.foundation.sealing import CannotUnseal, fingerprint, seal, token_hash, unseal


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_can_be_read_again(text: str) -> None:
    assert unseal(seal(text, "phone"), "phone") == text


def test_the_sealed_form_shows_nothing_and_is_new_each_time() -> None:
    one, two = seal("13812345678", "phone"), seal("13812345678", "phone")
    assert one != two
    assert b"13812345678" not in one
    assert seal("", "phone") == b""


@pytest.mark.parametrize("position", [0, 1, 12, 13, 20, -1])
def test_a_changed_byte_is_noticed(position: int) -> None:
    sealed = bytearray(seal("13812345678", "phone"))
    sealed[position] ^= 1
    with pytest.raises(CannotUnseal):
        unseal(bytes(sealed), "phone")


def test_a_sealed_phone_cannot_be_pasted_into_a_name() -> None:
    with pytest.raises(CannotUnseal):
        unseal(seal("13812345678", "phone"), "name")


@pytest.mark.parametrize("rest", [b"", b"\x01", b"\x01" + b"x" * 12, b"\x01" + b"x" * 40])
def test_a_cut_or_made_up_value_is_refused_with_words(rest: bytes) -> None:
    if not rest:
        assert unseal(rest, "phone") == ""
        return
    with pytest.raises(CannotUnseal, match="JIEBAN_SECRET"):
        unseal(rest, "phone")


@pytest.fixture
def another_secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("JIEBAN_SECRET", "another-installation-" + "y" * 50)
    sealing._key.cache_clear()
    sealing._cipher.cache_clear()
    yield
    monkeypatch.undo()
    sealing._key.cache_clear()
    sealing._cipher.cache_clear()


SEALED_HERE, PRINT_HERE = seal("secret", "text"), fingerprint("1", "phone")


def test_another_installation_can_neither_read_nor_find(another_secret: None) -> None:
    with pytest.raises(CannotUnseal):
        unseal(SEALED_HERE, "text")
    assert fingerprint("1", "phone") != PRINT_HERE


def test_fingerprints_tell_values_and_fields_apart() -> None:
    assert fingerprint("1", "phone") == fingerprint("1", "phone")
    prints = {fingerprint(text, field) for text in ("1", "2", "") for field in ("phone", "key", "")}
    assert len(prints) == 9
    assert len(token_hash("x")) == 64
