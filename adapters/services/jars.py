"""The programs of Kafka: jars from Maven, fetched once, and the class-data archive that quickens their start.

They lie in a cache outside of any checkout (`ATENDE_CACHE`, else `XDG_CACHE_HOME` or `~/.cache`), in a folder
named after the content of the POM that asks for them.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

from adapters.services.guarded import ServiceError

POM: Final = Path(__file__).with_name("kafka.pom.xml")
COPY: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
FETCH_TIMEOUT: Final = 900.0  # seconds
OLDEST_JAVA: Final = 17
_VERSION: Final = re.compile(r'version "(\d+)')


def why_no_kafka() -> str | None:
    """Why Kafka cannot be started here, in one sentence; None when it can."""
    java = shutil.which("java")
    if java is None:
        return "Kafka needs Java, and there is no `java` on PATH (Debian's package: default-jre-headless)."
    version = _java_version(java)
    if version < OLDEST_JAVA:
        return f"Kafka needs Java {OLDEST_JAVA} or newer, and `java` on PATH is {version or 'unusable'}."
    if not folder().is_dir() and shutil.which("mvn") is None:
        return "Kafka's jars come from Maven, and there is no `mvn` on PATH (Debian's package: maven)."
    return None


def folder() -> Path:
    """Where the jars are, or will be."""
    return cache() / f"kafka-{sha256(POM.read_bytes()).hexdigest()[:12]}"


def cache() -> Path:
    given = os.environ.get("ATENDE_CACHE")
    if given:
        return Path(given).absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "atende"


def fetched() -> Path:
    """The folder with the jars; the first time they are fetched, which takes a quarter of a minute or more.

    Raises ServiceError, with the end of what Maven said.
    """
    jars = folder()
    if jars.is_dir():
        return jars
    with turn("kafka-jars"):
        if not jars.is_dir():
            _fetch(jars)
    return jars


@contextmanager
def turn(name: str) -> Iterator[None]:
    """One process at a time does this to the cache."""
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / f"{name}.turn").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def class_path(jars: Path) -> str:
    """The jars in a fixed order: an archive of classes is bound to the exact string, and ignored in silence
    when it differs."""
    return ":".join(str(jar) for jar in sorted(jars.glob("*.jar")))


def archive(jars: Path) -> Path:
    """Where the class-data archive of these jars and this Java is, or will be."""
    java = Path(shutil.which("java") or "java").resolve()
    bound = f"{java}\n{_java_version(str(java))}\n{class_path(jars)}"
    return jars.with_name(f"{jars.name}-{sha256(bound.encode()).hexdigest()[:8]}.jsa")


def _fetch(jars: Path) -> None:
    aside = Path(tempfile.mkdtemp(prefix="fetching-", dir=jars.parent))
    try:
        pom = aside / "pom.xml"  # Maven makes a folder `target` beside it
        shutil.copyfile(POM, pom)
        command = ["mvn", "-B", "-q", "-f", str(pom), COPY, "-DincludeScope=runtime"]
        try:
            done = subprocess.run(
                [*command, f"-DoutputDirectory={aside / 'jars'}"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=FETCH_TIMEOUT,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ServiceError(f"Kafka's jars could not be fetched: {type(error).__name__}.") from error
        if done.returncode != 0:
            end = "\n".join(done.stdout.strip().splitlines()[-12:])
            raise ServiceError(f"Kafka's jars could not be fetched:\n{end}")
        (aside / "jars").rename(jars)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _java_version(java: str) -> int:
    """`17`, or 0 where it does not run."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    except OSError:
        return 0
    found = _VERSION.search(said)
    return int(found[1]) if found else 0
