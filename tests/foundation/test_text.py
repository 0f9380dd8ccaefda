"""A text is matched as it is meant: whatever look-alikes it is written in, and as long as it was."""

from __future__ import annotations

import unicodedata

import pytest

from jieban.foundation.lookalikes import HAN, LATIN, TRADITIONAL
from jieban.foundation.text import clean, fold


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("樓道裡煤氣味很重", "楼道里煤气味很重"),
        ("Ａ１３８－ＡＢ", "a138-ab"),
        ("\u0430bc\u0435", "abce"),  # Cyrillic
        ("\u03b1\u03bf", "ao"),  # Greek
        ("\u0661\u0663\u0668", "138"),  # Arabic digits
        ("\U0001d7cf\U0001d7d1\U0001d7d6", "138"),  # mathematical digits
        ("\u2f00\u2f55", "一火"),  # radicals
        ("\uf900", "岂"),  # kept for compatibility
        ("煤气味", "煤气味"),
    ],
)
def test_look_alikes_fold_to_what_they_look_like(written: str, meant: str) -> None:
    assert fold(written) == meant
    assert fold(written + "。" * 60) == meant + fold("。") * 60


def test_a_folded_text_is_as_long_and_folds_to_itself() -> None:
    every = "".join(chr(point) for point in range(0x20, 0x20000) if not 0xD800 <= point < 0xE000)
    once = fold(every)
    assert len(once) == len(every)
    assert fold(once) == once


@pytest.mark.parametrize("pairs", [TRADITIONAL, LATIN, HAN])
def test_the_lists_hold_pairs_that_do_not_chain(pairs: str) -> None:
    old, new = pairs[::2], pairs[1::2]
    assert len(old) == len(new) == len(set(old))
    assert not set(old) & set(new)


def test_clean_takes_away_only_what_nobody_wrote() -> None:
    assert clean("煤\u200b气\u2060味\r\n") == "煤气味\n"
    assert unicodedata.normalize("NFC", clean("樓道裡")) == "樓道裡"
