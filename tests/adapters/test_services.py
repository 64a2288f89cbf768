"""The private servers live exactly as long as their owner, and keep what they were given."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

import adapters.services
from adapters.services import Postgres, ServiceError, Valkey, place
from adapters.services.guarded import Account, Guarded, hold
from adapters.services.postgres import known_programs, version_of

AS_ROOT = os.geteuid() == 0

OWNER = """
import sys, time
from pathlib import Path
from adapters.services import Postgres, Valkey
servers = [Postgres(Path(sys.argv[1]) / "postgres"), Valkey(Path(sys.argv[1]) / "valkey")]
for server in servers:
    server.start()
print(*(server.pid for server in servers), flush=True)
time.sleep(600)
"""


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return False


@contextmanager
def an_owner(folder: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Another process that owns a Postgres and a Valkey below the folder, and the servers' process ids."""
    root = str(Path(adapters.services.__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    ) as owner:
        try:
            assert owner.stdout is not None
            yield owner, [int(word) for word in owner.stdout.readline().split()]
        finally:
            owner.kill()


def one_row(server: Postgres) -> list[tuple[int]]:
    with psycopg.connect(server.dsn()) as connection:
        return list(connection.execute("SELECT n FROM kept"))


def keep_a_row(server: Postgres) -> None:
    with psycopg.connect(server.create()) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (7)")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose servers' data is removed afterwards, also what had to be kept elsewhere."""
    yield tmp_path
    for note in list(tmp_path.rglob("elsewhere")):
        Postgres(note.parent).discard()


# The guard, with a program that does nothing


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Guarded]:
    process = Guarded("Sleep", tmp_path, signals="TERM,QUIT,KILL")
    yield process
    process.stop()


def launch_sleep(process: Guarded) -> int:
    lock = hold(process.folder, process.name)
    try:
        process.launch(["/bin/sleep", "600"], lock=lock)
    finally:
        os.close(lock)
    return process.pid


def test_a_stopped_process_is_gone_when_stop_returns(sleeper: Guarded) -> None:
    pid = launch_sleep(sleeper)
    assert not is_gone(pid)
    sleeper.stop()
    assert is_gone(pid)
    assert not sleeper.running


def test_a_folder_in_use_is_refused_with_its_name_and_its_user(sleeper: Guarded) -> None:
    launch_sleep(sleeper)
    with pytest.raises(ServiceError) as refusal:
        hold(sleeper.folder, "Sleep")
    assert str(sleeper.folder) in str(refusal.value)
    assert f"process {os.getpid()}" in str(refusal.value)


def test_a_folder_is_free_once_its_process_ended(sleeper: Guarded) -> None:
    launch_sleep(sleeper)
    assert sleeper.signal(signal.SIGKILL, timeout=10)
    os.close(hold(sleeper.folder, "Sleep"))


def test_a_program_that_cannot_start_says_so_in_the_log(sleeper: Guarded) -> None:
    lock = hold(sleeper.folder, "Sleep")
    sleeper.launch(["/does/not/exist"], lock=lock)
    os.close(lock)
    assert eventually(lambda: not sleeper.running)
    assert "could not start /does/not/exist" in sleeper.tail()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_killing_the_guard_ends_the_process_too(sleeper: Guarded) -> None:
    pid = launch_sleep(sleeper)
    guard = psutil.Process(pid).ppid()
    os.kill(guard, signal.SIGKILL)
    assert eventually(lambda: is_gone(pid))


def test_ctrl_c_does_not_reach_the_process(sleeper: Guarded) -> None:
    pid = launch_sleep(sleeper)
    assert os.getpgid(pid) != os.getpgid(0)
    assert os.getpgid(psutil.Process(pid).ppid()) != os.getpgid(0)


# Where the data may live


def test_a_closed_folder_anywhere_above_keeps_another_user_out(tmp_path: Path) -> None:
    stranger = Account(uid=64_123, gid=64_123)
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    assert not place.reachable(inner, stranger)
    assert place.reachable(Path("/usr/bin"), stranger)


def test_data_that_was_kept_elsewhere_and_vanished_is_not_silently_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(str(tmp_path / "gone"))
    with pytest.raises(ServiceError, match="which is gone"):
        Postgres(tmp_path).start()


def test_data_of_another_major_version_is_refused_with_both_versions(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "cluster").mkdir(parents=True)
    (home / "cluster" / "PG_VERSION").write_text("9\n")
    data = tmp_path / "data"
    data.mkdir()
    (data / "elsewhere").write_text(str(home))
    with pytest.raises(ServiceError, match=r"PostgreSQL 9's, and this machine has \d+"):
        Postgres(data).start()


# Postgres


@pytest.mark.slow
def test_rows_survive_sigkill_and_the_address_stays(durable_postgres: Postgres) -> None:
    keep_a_row(durable_postgres)
    before = durable_postgres.dsn()
    durable_postgres.kill()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(before)
    durable_postgres.start()
    assert durable_postgres.dsn() == before
    assert one_row(durable_postgres) == [(7,)]


@pytest.mark.slow
def test_a_durable_server_waits_for_the_disk_and_a_quick_one_does_not(
    durable_postgres: Postgres, database: str
) -> None:
    with psycopg.connect(durable_postgres.dsn("postgres")) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
    with psycopg.connect(database) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("off",)


@pytest.mark.slow
def test_nobody_comes_in_without_the_password(durable_postgres: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(durable_postgres.dsn("postgres"), password="wrong")
    secret = psycopg.conninfo.conninfo_to_dict(durable_postgres.dsn())["password"]
    assert str(secret) not in " ".join(psutil.Process(durable_postgres.pid).cmdline())
    assert str(secret) not in repr(durable_postgres)
    assert (durable_postgres.data / "password").stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_letters_are_unicode_and_sorting_is_nobodys_country(durable_postgres: Postgres) -> None:
    with psycopg.connect(durable_postgres.dsn("postgres")) as connection:
        answer = connection.execute("SELECT lower('AÇÃO'), 'Z' < 'a', 'é' ~ '^\\w$'").fetchone()
    assert answer == ("ação", True, True)


@pytest.mark.slow
def test_the_servers_log_holds_no_words_of_statements_or_rows(durable_postgres: Postgres) -> None:
    with psycopg.connect(durable_postgres.dsn("postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE said (words text CHECK (length(words) < 3) UNIQUE)")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("INSERT INTO said VALUES ('segredo da Carolina')")
        with pytest.raises(psycopg.errors.SyntaxError):
            connection.execute("SELEKT 'segredo da Carolina'")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("INSERT INTO said VALUES (%s)", ("segredo da Carolina",))
    log = (durable_postgres.data / "server.log").read_text()
    assert "violates check constraint" in log
    assert "Carolina" not in log


@pytest.mark.slow
def test_stopping_politely_lets_a_session_finish(durable_postgres: Postgres) -> None:
    connection = psycopg.connect(durable_postgres.dsn("postgres"))
    connection.close()
    pid = durable_postgres.pid
    durable_postgres.stop(fast=False)
    assert is_gone(pid)


@pytest.mark.slow
def test_a_process_id_left_by_a_crash_and_now_someone_elses_does_not_stop_us(
    durable_postgres: Postgres,
) -> None:
    keep_a_row(durable_postgres)
    durable_postgres.kill()
    cluster = place.home(durable_postgres.data, place.borrowed_account(durable_postgres.data)) / "cluster"
    stale = cluster / "postmaster.pid"
    stale.write_text("\n".join([str(os.getpid()), *stale.read_text().splitlines()[1:]]))
    durable_postgres.start()
    assert one_row(durable_postgres) == [(7,)]


@pytest.mark.slow
def test_a_failed_start_shows_the_end_of_the_servers_log(folder: Path) -> None:
    server = Postgres(folder / "data", durable=False, settings={"shared_buffers": "plenty"})
    with pytest.raises(ServiceError, match='invalid value for parameter "shared_buffers": "plenty"'):
        server.start()
    assert not server.running


@pytest.mark.slow
def test_every_installed_postgres_can_be_used(folder: Path) -> None:
    versions = {str(programs): version_of(programs) for programs in known_programs()}
    assert any(versions.values())
    for number, (programs, version) in enumerate(versions.items()):
        if version:
            with Postgres(folder / str(number), durable=False, programs=Path(programs)) as server:
                keep_a_row(server)
                with psycopg.connect(server.dsn()) as connection:
                    assert connection.info.server_version // 10_000 == int(version.partition(".")[0])
            with Postgres(folder / str(number), durable=False) as again:
                assert one_row(again) == [(7,)]


@pytest.mark.slow
def test_a_deep_closed_folder_with_spaces_works(folder: Path) -> None:
    data = folder / "só minha" / "pasta com espaços" / "a" / "b" / ("c" * 100) / ".atende" / "postgres"
    data.mkdir(parents=True)
    (folder / "só minha").chmod(0o700)
    with Postgres(data) as server:
        keep_a_row(server)
    with Postgres(data) as again:
        assert one_row(again) == [(7,)]
    assert (data / "elsewhere").exists() == AS_ROOT  # root's folders are closed to the account it borrows
    moved = place.home(data, place.borrowed_account(data))
    again.discard()
    assert not moved.exists()
    assert not data.exists()


@pytest.mark.slow
def test_programs_in_a_closed_folder_work(folder: Path) -> None:
    installed = next(programs for programs in known_programs() if version_of(programs))
    closed = folder / "closed"
    closed.mkdir()
    programs = place.nearby(installed, closed, "x")
    closed.chmod(0o700)
    with Postgres(folder / "data", durable=False, programs=programs) as server:
        keep_a_row(server)
        assert one_row(server) == [(7,)]


@pytest.mark.slow
def test_a_plain_user_can_start_both(folder: Path) -> None:
    account = plain_account()
    python = next(
        (path for path in (sys.executable, "/usr/bin/python3") if account is None or runs(path, account)),
        None,
    )
    if python is None:
        pytest.skip("no Python here that an unprivileged user could run")
    home = Path(place.home(folder, account)) if account else folder
    root = home / "code"
    shutil.copytree(Path(adapters.services.__file__).parent, root / "adapters" / "services")
    installed = next(programs for programs in known_programs() if version_of(programs))
    programs = place.nearby(installed, home, "plain")
    valkey = home / "valkey-server"
    shutil.copy(valkey_program(), valkey)
    for path in (root, *root.rglob("*"), valkey):
        path.chmod(0o755)
    own = home / "own folder"
    own.mkdir(mode=0o700)
    if account is not None:
        os.chown(own, account.uid, account.gid)
    script = f"""
import os
from pathlib import Path
from adapters.services import Postgres, Valkey
with (
    Postgres(Path({str(own)!r}) / "postgres", programs=Path({str(programs)!r})) as postgres,
    Valkey(Path({str(own)!r}) / "valkey", program=Path({str(valkey)!r})) as valkey,
):
    print(os.geteuid(), postgres.running, valkey.running)
"""
    ran = subprocess.run(
        [python, "-S", "-c", script],
        env={"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    assert ran.stderr == ""
    assert ran.stdout.split() == [str(account.uid if account else os.geteuid()), "True", "True"]


def plain_account() -> Account | None:
    """Somebody without rights when we are root; None when we have none ourselves."""
    if not AS_ROOT:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def runs(python: str, account: Account) -> bool:
    """Whether this is a Python 3.11 or newer that the account may run."""
    return (
        Path(python).exists()
        and place.reachable(Path(python), account)
        and subprocess.run(
            [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"],
            check=False,
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
        ).returncode
        == 0
    )


def valkey_program() -> Path:
    from adapters.services.valkey import _known_program

    return _known_program()


# Valkey


@pytest.mark.slow
def test_keys_survive_sigkill_and_the_address_stays(durable_valkey: Valkey) -> None:
    before = durable_valkey.url
    with redis.Redis.from_url(before) as client:
        client.set("kept", "7")
        assert client.execute_command("WAITAOF", 1, 0, 5_000)[0] == 1
    durable_valkey.kill()
    durable_valkey.start()
    assert durable_valkey.url == before
    with redis.Redis.from_url(before) as client:
        assert client.get("kept") == b"7"


@pytest.mark.slow
def test_valkey_wants_the_password_and_does_not_show_it(durable_valkey: Valkey) -> None:
    secret = (durable_valkey.data / "password").read_text()
    with (
        redis.Redis.from_url(durable_valkey.url.replace(f":{secret}@", "")) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()
    assert secret not in " ".join(psutil.Process(durable_valkey.pid).cmdline())
    assert secret not in repr(durable_valkey)
    assert (durable_valkey.data / "valkey.conf").stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_valkey_works_in_a_folder_with_spaces_and_quotes(tmp_path: Path) -> None:
    with Valkey(tmp_path / 'pasta "de" teste' / "val key") as server:
        pid = server.pid
        assert not is_gone(pid)
    assert is_gone(pid)


@pytest.mark.slow
def test_a_failed_start_shows_the_end_of_valkeys_log(tmp_path: Path) -> None:
    server = Valkey(tmp_path / "valkey", settings={"appendonly": "perhaps"})
    with pytest.raises(ServiceError, match="argument must be 'yes' or 'no'"):
        server.start()


# Both


@pytest.mark.slow
def test_killing_the_owner_leaves_no_orphan(folder: Path) -> None:
    with an_owner(folder) as (owner, pids):
        assert len(pids) == 2
        children = [child for pid in pids for child in psutil.Process(pid).children(recursive=True)]
        assert children
        owner.send_signal(signal.SIGKILL)
        for pid in [*pids, *(child.pid for child in children)]:
            assert eventually(lambda pid=pid: is_gone(pid))


@pytest.mark.slow
def test_a_second_owner_is_refused_until_the_first_died(folder: Path) -> None:
    with an_owner(folder) as (owner, pids):
        for second in (Postgres(folder / "postgres"), Valkey(folder / "valkey")):
            with pytest.raises(ServiceError) as refusal:
                second.start()
            assert str(second.data) in str(refusal.value)
            assert f"process {owner.pid}" in str(refusal.value)
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        for second in (Postgres(folder / "postgres"), Valkey(folder / "valkey")):
            with second:  # waits for what the first one left behind
                assert second.pid not in pids
