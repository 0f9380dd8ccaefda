"""Cleaning what people wrote, without changing what they said."""

import re
import unicodedata

# C0 but tab and line feed, delete, C1, bidirectional embeddings, overrides and isolates, the byte order
# mark, halves of surrogate pairs. Letters written from right to left, emoji and their joiners stay.
_REMOVED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
# Word writes a line end inside a paragraph as a vertical tab, and a page end as a form feed.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_MANY_LINE_ENDS = re.compile(r"\n{4,}")
_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"}


def clean_text(text: str) -> str:
    """Take a text of any length and give it clean; cleaning it again changes nothing.

    Line ends become line feeds, control characters and those that reverse the order of writing are
    removed, spaces at line ends too; more than two blank lines become two; Unicode is composed (NFC).
    """
    if not text.isprintable():  # Most short texts are, and need no more than composing.
        text = _REMOVED.sub("", _LINE_END.sub("\n", text))
    text = unicodedata.normalize("NFC", text)
    if "\n" in text:
        text = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
        text = _MANY_LINE_ENDS.sub("\n\n\n", text)
    return text.strip()


def clean_line(text: str) -> str:
    """Take a text and give it clean on one line, each run of white space as one space."""
    return " ".join(clean_text(text).split())


def is_blank(text: str) -> bool:
    """Tell whether a person sees nothing: only spaces, controls, joiners, marks on nothing."""
    return all(unicodedata.category(character) in _INVISIBLE for character in text)
