"""Settings from the environment, and the secret key that is made once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jieban.foundation import env
from jieban.foundation.errors import SettingError

SRC = Path(__file__).resolve().parents[2] / "src"


def test_blank_setting_means_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIEBAN_CITY", "  ")
    assert env.city() == "beijing"


@pytest.mark.parametrize(
    ("name", "value"), [("JIEBAN_PORT", "0"), ("JIEBAN_PORT", "８０"), ("JIEBAN_DEBUG", "maybe")]
)
def test_bad_value_names_the_setting_and_the_remedy(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=name) as caught:
        env.port() if name == "JIEBAN_PORT" else env.debug()
    assert value in caught.value.what
    assert name in caught.value.remedy


def test_lists_are_split_and_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIEBAN_HOSTS", "a.example, ,b.example")
    monkeypatch.setenv("JIEBAN_PACKS", "/srv/packs:/opt/packs")
    assert env.hosts() == ["a.example", "b.example"]
    assert env.packs() == [Path("/srv/packs"), Path("/opt/packs")]


def test_secret_is_the_same_for_processes_that_start_together(tmp_path: Path) -> None:
    code = "from jieban.foundation import env; print(env.secret_key())"
    changes = {"JIEBAN_HOME": str(tmp_path / "new"), "JIEBAN_SECRET": "", "PYTHONPATH": str(SRC)}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            env=env.child_environment(changes),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    keys = {process.communicate()[0] for process in started}
    assert len(keys) == 1
    assert len(keys.pop().strip()) > 50
    left = list((tmp_path / "new").iterdir())
    assert [path.name for path in left] == ["secret-key"]
    assert left[0].stat().st_mode & 0o777 == 0o600


def test_damaged_secret_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIEBAN_HOME", str(tmp_path))
    monkeypatch.delenv("JIEBAN_SECRET", raising=False)
    (tmp_path / "secret-key").touch()
    with pytest.raises(SettingError, match="damaged") as caught:
        env.secret_key()
    assert "backup" in caught.value.remedy
    assert "Remove" not in caught.value.remedy


def test_no_new_secret_is_made_beside_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIEBAN_HOME", str(tmp_path))
    monkeypatch.delenv("JIEBAN_SECRET", raising=False)
    (tmp_path / "database" / "data").mkdir(parents=True)
    with pytest.raises(SettingError, match="missing") as caught:
        env.secret_key()
    assert "backup" in caught.value.remedy
    assert not (tmp_path / "secret-key").exists()
    monkeypatch.setenv("JIEBAN_SECRET", "x" * 60)
    assert env.secret_key() == "x" * 60


def test_public_address_adds_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIEBAN_HOSTS", "localhost")
    monkeypatch.setenv("JIEBAN_PUBLIC_URL", "https://12345.City.example:8443/")
    assert env.public_url() == "https://12345.city.example:8443"
    assert env.hosts() == ["localhost", "12345.city.example"]
    monkeypatch.setenv("JIEBAN_PUBLIC_URL", "")
    assert env.hosts() == ["localhost"]


@pytest.mark.parametrize(
    "value",
    [
        "12345.city.example",
        "ftp://city.example",
        "https://",
        "https://a.example/path",
        "https://a:b@c.example",
        "https://a:x",
    ],
)
def test_public_address_that_is_none_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIEBAN_PUBLIC_URL", value)
    with pytest.raises(SettingError, match="JIEBAN_PUBLIC_URL"):
        env.public_url()


_TLS = """
import django
django.setup()
from django.conf import settings
from django.test import Client
told = {"HTTP_HOST": "12345.city.example", "HTTP_X_FORWARDED_PROTO": "https"}
answer = Client().get("/static/web/base.css", **told)
print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.CSRF_TRUSTED_ORIGINS)
print(answer.status_code, answer.headers.get("Strict-Transport-Security"))
"""


def test_public_https_makes_all_of_the_site_secure(tmp_path: Path) -> None:
    changes = {
        "JIEBAN_HOME": str(tmp_path),
        "JIEBAN_PUBLIC_URL": "https://12345.city.example",
        "JIEBAN_TRUSTED_PROXIES": "1",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "DJANGO_SETTINGS_MODULE": "jieban.settings",
        "PYTHONPATH": str(SRC),
    }
    told = subprocess.run(
        [sys.executable, "-c", _TLS], env=env.child_environment(changes), capture_output=True, text=True
    )
    assert told.stdout.splitlines() == [
        "True True ['https://12345.city.example']",
        "200 max-age=2592000",
    ], told.stderr
