"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """The city's name and the reader's language, for the frame of each page."""
    return {}
