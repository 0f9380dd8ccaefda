"""The embedded server, for real: started, shared, killed, brought back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from jieban.foundation import database, env, pgbinaries
from jieban.foundation.embedded import EmbeddedServer
from jieban.foundation.errors import DatabaseCannotStart, DatabaseInUse, SettingError

SRC = Path(__file__).resolve().parents[2] / "src"
# A process that uses the server until it is told to leave (or until it is killed).
USER = """
import sys
from jieban.foundation import database
database.ensure_running()
print(database.status().process_id, flush=True)
sys.stdin.readline()
"""
DJANGO = """
import os, signal, django
from django.conf import settings
from jieban.foundation import database
settings.configure(DATABASES={"default": database.django_database()}, USE_TZ=True)
django.setup()
from django.db import connection
assert not database.status().running, "making the settings started the server"
def ask(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone() if cursor.description else None
ask("CREATE TABLE kept AS SELECT 7 AS n")
for _ in range(2):
    os.kill(database.status().process_id, signal.SIGKILL)
    import time; time.sleep(0.3)
    connection.health_check_done = False  # as at the beginning of a request
    print(ask("SELECT n FROM kept")[0])
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the server's own user may enter, unlike pytest's tmp_path."""
    folder = Path(tempfile.mkdtemp(prefix="jieban-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    EmbeddedServer(folder / "database").stop(force=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def server(home: Path) -> EmbeddedServer:
    return EmbeddedServer(home / "database", durable=False)


@pytest.fixture
def start(home: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def begin(code: str = USER) -> subprocess.Popen[str]:
        changes = {
            "JIEBAN_HOME": str(home),
            "JIEBAN_DURABLE": "0",
            "PYTHONPATH": str(SRC),
            "DATABASE_URL": "",
        }
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            env=env.child_environment(changes),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def server_id(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=30)
    assert process.returncode == 0


def ask(server: EmbeddedServer, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def test_first_start_makes_a_database_that_sorts_the_same_everywhere(home: Path) -> None:
    server = EmbeddedServer(home / "database")
    server.ensure_running()
    shown = ask(
        server,
        "SELECT current_database(), current_setting('TimeZone'), current_setting('fsync'), "
        "current_setting('synchronous_commit'), current_setting('server_encoding'), datlocale, "
        "upper('é'), current_setting('listen_addresses') "
        "FROM pg_database WHERE datname = current_database()",
    )
    assert shown == [("jieban", "UTC", "on", "on", "UTF8", "C.UTF-8", "É", "")]
    assert (server.socket_dir / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0, "others could connect"
    server.leave()
    assert not server.state().running


def test_last_process_to_leave_stops_the_server(
    server: EmbeddedServer, start: Callable[..., subprocess.Popen[str]]
) -> None:
    first, second = start(), start()
    assert server_id(first) == server_id(second)
    leave(first)
    assert server.state().running
    leave(second)
    assert not server.state().running


def test_many_processes_starting_at_once_get_one_server(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    users = [start() for _ in range(6)]
    assert len({server_id(user) for user in users}) == 1


def test_killed_server_comes_back_with_its_data(server: EmbeddedServer) -> None:
    server.ensure_running()
    ask(server, "CREATE TABLE kept (n int)")
    ask(server, "INSERT INTO kept VALUES (7)")
    lingering = psycopg.connect(server.url)  # its server process outlives the master for a moment
    killed = server.state().process_id
    assert killed
    os.kill(killed, signal.SIGKILL)
    server.ensure_running()
    assert ask(server, "SELECT n FROM kept") == [(7,)]
    assert server.state().process_id != killed
    lingering.close()
    server.leave()


def test_last_user_stops_the_server_though_another_was_killed(
    server: EmbeddedServer, start: Callable[..., subprocess.Popen[str]]
) -> None:
    first, second = start(), start()
    server_id(first), server_id(second)
    first.kill()
    first.wait()
    assert server.state().running
    leave(second)
    assert not server.state().running


def test_next_user_takes_over_when_all_were_killed(
    server: EmbeddedServer, start: Callable[..., subprocess.Popen[str]]
) -> None:
    first = start()
    left_running = server_id(first)
    first.kill()
    first.wait()
    second = start()
    assert server_id(second) == left_running
    leave(second)
    assert not server.state().running


def test_lock_files_with_a_process_id_of_another_program_do_not_matter(server: EmbeddedServer) -> None:
    server.ensure_running()
    killed = server.state().process_id
    assert killed
    socket_lock = server.socket_dir / ".s.PGSQL.5432.lock"
    left = {path: path.read_text() for path in (server.data / "postmaster.pid", socket_lock)}
    server.leave()
    account = pgbinaries.account_for(server.data)
    other = pgbinaries.start_program(Path("/bin/sleep"), ["60"], account, subprocess.DEVNULL, Path("/"))
    try:
        for path, content in left.items():
            path.write_text(content.replace(str(killed), str(other.pid), 1))
            os.chown(path, account.uid, account.gid)
        server.ensure_running()
        assert ask(server, "SELECT 1") == [(1,)]
        assert other.poll() is None, "the other program was ended"
        server.leave()
    finally:
        other.kill()
        other.wait()


def test_forked_child_does_not_stop_the_parents_server(
    server: EmbeddedServer, start: Callable[..., subprocess.Popen[str]]
) -> None:
    parent = start(
        "import os, sys\nfrom jieban.foundation import database\ndatabase.ensure_running()\n"
        "child = os.fork()\nif not child: sys.exit()\nos.waitpid(child, 0)\n" + USER
    )
    server_id(parent)
    time.sleep(0.2)
    assert server.state().running
    leave(parent)
    assert not server.state().running


def test_django_starts_the_server_late_and_reconnects_after_it_was_killed(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    process = start(DJANGO)
    said, _ = process.communicate(timeout=30)
    assert said.split() == ["7", "7"]


def test_folder_that_may_not_be_entered_gives_a_clear_error(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir()
    closed.chmod(0o700 if os.geteuid() == 0 else 0o500)
    with pytest.raises(DatabaseCannotStart) as caught:
        EmbeddedServer(closed / "database").ensure_running()
    assert str(closed) in caught.value.what
    assert "JIEBAN_HOME" in caught.value.remedy


def test_home_that_is_a_file_gives_a_clear_error(home: Path) -> None:
    (home / "file").touch()
    with pytest.raises(DatabaseCannotStart, match="cannot be made"):
        EmbeddedServer(home / "file" / "database").ensure_running()


def test_error_in_the_configuration_is_shown_with_the_servers_own_words(server: EmbeddedServer) -> None:
    server.ensure_running()
    server.leave()
    with (server.data / "postgresql.conf").open("a") as file:
        file.write("max_conections = 7\n")
    with pytest.raises(DatabaseCannotStart) as caught:
        server.ensure_running()
    assert "setting that PostgreSQL does not know" in caught.value.what
    assert "max_conections" in caught.value.detail


def test_files_of_another_postgresql_are_left_alone(server: EmbeddedServer) -> None:
    server.ensure_running()
    server.leave()
    (server.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(DatabaseCannotStart, match="of PostgreSQL 17, not 18"):
        server.ensure_running()


def test_long_path_moves_the_socket(home: Path) -> None:
    server = EmbeddedServer(home / ("long" * 30) / "database", durable=False)
    server.ensure_running()
    assert server.socket_dir.parent == Path("/tmp")
    assert ask(server, "SELECT 1") == [(1,)]
    server.leave()
    shutil.rmtree(server.socket_dir)


def test_reset_and_stop_refuse_while_others_use_the_server(
    server: EmbeddedServer, start: Callable[..., subprocess.Popen[str]]
) -> None:
    user = start()
    server_id(user)
    for act in (server.stop, server.reset):
        with pytest.raises(DatabaseInUse, match="Stop those first"):
            act()
    leave(user)
    server.reset()
    assert not server.data.exists()
    assert server.stop() is False


@pytest.mark.parametrize(
    "url", ["mysql://me:secret@db/jieban", "postgresql://me:secret@db", "postgresql://%"]
)
def test_bad_address_is_refused_without_showing_the_password(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(SettingError, match="DATABASE_URL") as caught:
        database.django_database()
    assert "secret" not in str(caught.value)


def test_own_server_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:p%40ss@db.example:6432/city?sslmode=require")
    entry = database.django_database()
    assert entry["ENGINE"] == "django.db.backends.postgresql"
    assert (entry["NAME"], entry["USER"], entry["PASSWORD"]) == ("city", "me", "p@ss")
    assert (entry["HOST"], entry["PORT"]) == ("db.example", "6432")
    assert entry["OPTIONS"]["sslmode"] == "require"
    database.ensure_running()
    with pytest.raises(SettingError, match="not Jieban's to remove"):
        database.reset()
