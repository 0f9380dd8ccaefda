"""What has run out is removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from jieban.web.models import Attempts
from jieban.web.tasks import tidy


@pytest.mark.django_db
def test_what_has_run_out_is_removed_and_the_rest_stays(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    now = datetime.now(UTC)
    for name, moment in (("old", now - timedelta(hours=1)), ("new", now + timedelta(hours=1))):
        Session.objects.create(session_key=name, session_data="", expire_date=moment)
        Attempts.objects.create(key=name, count=1, ends=moment)
    tidy(timestamp=0)
    assert [one.session_key for one in Session.objects.all()] == ["new"]
    assert [one.key for one in Attempts.objects.all()] == ["new"]
