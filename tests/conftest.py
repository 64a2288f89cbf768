"""What tests may ask for: databases of their own, servers they may break, and luck that can be repeated.

One Postgres, one Valkey and one Kafka serve a whole run. The first test that wants one starts it, whichever
worker it runs in; all live until the run's own process lets go of the lifeline, even when that is killed.
"""

from __future__ import annotations

import fcntl
import gc
import inspect
import json
import os
import random
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from hypothesis import HealthCheck, settings
from psycopg import sql
from xdist.scheduler import LoadScopeScheduling

from adapters.log import schema
from adapters.services import Kafka, Postgres, Valkey, place, why_no_kafka

settings.register_profile(
    "default",
    deadline=None,
    print_blob=True,
    derandomize=False,
    suppress_health_check=[HealthCheck.too_slow],  # of a machine that others use as well
)
settings.register_profile("quick", settings.get_profile("default"), max_examples=20)  # of `make check`
settings.register_profile("thorough", settings.get_profile("default"), max_examples=2_000)
settings.load_profile("default")  # --hypothesis-profile=thorough takes the other

SHARED = pytest.StashKey[Path]()
LIFELINE = pytest.StashKey[int]()
TOGETHER = {
    "tests/console/": "console",
    "tests/faults/test_single_broker.py": "brokers",
    "tests/faults/test_three_brokers.py": "brokers",
}
BROKERS = {"kafka_bootstrap", "durable_kafka", "three_brokers"}

TEMPLATE_MIGRATIONS: tuple[Callable[[str], None], ...] = (schema.migrate,)
"""What makes an empty database the product's, in order; each takes a DSN."""

_kept: list[Kafka | Postgres | Valkey] = []  # servers this process started for the whole run


# One run, several processes


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    given: dict[str, Any] | None = getattr(config, "workerinput", None)
    if given is not None:
        config.stash[SHARED] = Path(given["shared"])
        config.option.hypothesis_seed = given["seed"]
        return
    shared = Path(tempfile.mkdtemp(prefix="atende-tests-"))
    shared.chmod(0o711)  # as root, Postgres runs as somebody else, who must get here
    os.mkfifo(shared / "lifeline", mode=0o600)
    config.stash[SHARED] = shared
    config.stash[LIFELINE] = os.open(shared / "lifeline", os.O_RDWR)
    if config.getoption("hypothesis_seed", None) is None:
        config.option.hypothesis_seed = str(random.SystemRandom().getrandbits(32))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["shared"] = str(node.config.stash[SHARED])
    node.workerinput["seed"] = node.config.getoption("hypothesis_seed")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for a broker is slow: one takes seconds and a core to start."""
    for item in items:
        if BROKERS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


class Together(LoadScopeScheduling):
    """Tests that share servers of their own go to one worker, and begin first; all others to whoever is free.
    Marks would say so too, but pytest 9.2 does not let xdist 3.8 write them down."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group for part, group in TOGETHER.items() if nodeid.startswith(part)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together | None:
    return Together(config, log) if config.getvalue("dist") == "loadgroup" else None


def pytest_report_header(config: pytest.Config) -> str:
    seed = config.getoption("hypothesis_seed")
    return f"hypothesis seed: {seed} (the same luck again: --hypothesis-seed={seed})"


def pytest_unconfigure(config: pytest.Config) -> None:
    lifeline = config.stash.get(LIFELINE, None)
    if lifeline is None:
        return
    os.close(lifeline)
    shared = config.stash[SHARED]
    for lock in [*shared.glob("*/lock"), *shared.glob("kafka/*/lock")]:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # free when the server's last process is gone
        place.forget(lock.parent)
    shutil.rmtree(shared, ignore_errors=True)


@contextmanager
def _turn(shared: Path, name: str) -> Iterator[Path]:
    """One worker at a time; yields the note that the first one leaves for the others."""
    with (shared / f"{name}.turn").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield shared / f"{name}.json"


@pytest.fixture(scope="session")
def shared_folder(pytestconfig: pytest.Config) -> Path:
    """A folder that the whole run shares and that is gone after it; any user may walk through it."""
    return pytestconfig.stash[SHARED]


# Postgres


@pytest.fixture(scope="session")
def postgres_dsn(shared_folder: Path) -> str:
    """The run's own Postgres, as its administrator. Quick, and forgetful in a crash of the machine."""
    with _turn(shared_folder, "postgres") as note:
        if not note.exists():
            server = Postgres(shared_folder / "postgres", durable=False, lifeline=shared_folder / "lifeline")
            server.start()
            _kept.append(server)
            note.write_text(json.dumps(server.dsn("postgres")))
        return str(json.loads(note.read_text()))


@pytest.fixture(scope="session")
def migrated_template(postgres_dsn: str, shared_folder: Path) -> str:
    """The name of a database with the product's tables and nothing in them."""
    name = "migrated"
    with _turn(shared_folder, "migrated") as note:
        if not note.exists():
            _create(postgres_dsn, name, "template0")
            migrate(_at(postgres_dsn, name))
            _run(postgres_dsn, "ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
            note.write_text(json.dumps(name))
    return name


@pytest.fixture
def database(postgres_dsn: str) -> Iterator[str]:
    """The DSN of an empty database of the test's own."""
    with _database(postgres_dsn, "template0") as dsn:
        yield dsn


@pytest.fixture
def migrated(postgres_dsn: str, migrated_template: str) -> Iterator[str]:
    """The DSN of a database of the test's own, with the product's tables in it."""
    with _database(postgres_dsn, migrated_template) as dsn:
        yield dsn


@pytest.fixture
def durable_postgres(shared_folder: Path) -> Iterator[Postgres]:
    """A running server of the test's own, fsync on, that it may stop, kill and start again."""
    server = Postgres(shared_folder / f"durable-{uuid.uuid4().hex[:8]}")
    server.start()
    try:
        yield server
    finally:
        server.discard()


def migrate(dsn: str) -> None:
    """Make an empty database the product's."""
    for step in TEMPLATE_MIGRATIONS:
        step(dsn)


@contextmanager
def _database(dsn: str, template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    _create(dsn, name, template)
    try:
        yield _at(dsn, name)
    finally:
        _run(dsn, "DROP DATABASE {} WITH (FORCE)", name)


def _create(dsn: str, name: str, template: str) -> None:
    _run(dsn, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)


def _at(dsn: str, name: str) -> str:
    return f"{dsn.rpartition('/')[0]}/{name}"


def _run(dsn: str, statement: Any, *names: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


# Valkey


@pytest.fixture(scope="session")
def _valkey(shared_folder: Path) -> str:
    with _turn(shared_folder, "valkey") as note:
        if not note.exists():
            server = Valkey(
                shared_folder / "valkey", settings={"databases": "64"}, lifeline=shared_folder / "lifeline"
            )
            server.start()
            _kept.append(server)
            note.write_text(json.dumps(server.url))
        return str(json.loads(note.read_text()))


@pytest.fixture
def valkey_url(_valkey: str) -> str:
    """An empty database of the run's Valkey, this worker's alone; channels are everybody's."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url = f"{_valkey.rpartition('/')[0]}/{number}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture
def durable_valkey(shared_folder: Path) -> Iterator[Valkey]:
    """A running server of the test's own that it may stop, kill and start again."""
    server = Valkey(shared_folder / f"durable-{uuid.uuid4().hex[:8]}")
    server.start()
    try:
        yield server
    finally:
        server.discard()


# Kafka


@pytest.fixture(scope="session")
def kafka_bootstrap(shared_folder: Path) -> str:
    """The address of the run's Kafka, one broker. Topics are everybody's: take names of your own."""
    if (reason := why_no_kafka()) is not None:
        pytest.skip(reason)
    with _turn(shared_folder, "kafka") as note:
        if not note.exists():
            server = Kafka(shared_folder / "kafka", lifeline=shared_folder / "lifeline")
            server.start()
            _kept.append(server)
            note.write_text(json.dumps(server.bootstrap))
        return str(json.loads(note.read_text()))


@pytest.fixture(scope="module", autouse=True)
def kafka_leftovers(request: pytest.FixtureRequest) -> Iterator[None]:
    """The client leaves a socket open for every connection that is refused: they are cleared away after a
    module that speaks of Kafka, or somebody else's test would be blamed for them."""
    yield
    if "kafka" in inspect.getsource(request.module).lower():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


@pytest.fixture
def durable_kafka(shared_folder: Path) -> Iterator[Kafka]:
    """A running broker of the test's own that it may freeze, stop, kill and start again."""
    with _own_kafka(shared_folder, 1) as server:
        yield server


@pytest.fixture
def three_brokers(shared_folder: Path) -> Iterator[Kafka]:
    """Three running brokers of the test's own, that replicate."""
    with _own_kafka(shared_folder, 3) as server:
        yield server


@contextmanager
def _own_kafka(shared: Path, nodes: int) -> Iterator[Kafka]:
    if (reason := why_no_kafka()) is not None:
        pytest.skip(reason)
    server = Kafka(shared / f"durable-{uuid.uuid4().hex[:8]}", nodes=nodes)
    server.start()
    try:
        yield server
    finally:
        server.discard()
