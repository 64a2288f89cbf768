"""What the operations page says of containers is so."""

from __future__ import annotations

import re

from tests.docker.ground import DOCKER, ROOT, compose, ours

PAGE = (ROOT / "docs" / "operations.md").read_text().partition("## Containers")[2].partition("## Backup")[0]
(SHELL,) = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_secret_of_the_compose_file_is_made_and_no_other() -> None:
    made = re.findall(r"(?:>|tee) (\w+)", SHELL)
    assert len(made) == len(set(made))
    assert set(made) == set(compose()["secrets"])


def test_the_services_and_roles_it_names_are_there() -> None:
    told = compose()
    (role, command) = re.findall(r"exec (\w+) atende (\w+)", SHELL)[0]
    assert role in ours(told)
    assert command == "verify"
    user, password_of, host, port, database = re.findall(
        r"postgresql://(\w+):(\$\w+)@(\w+):(\d+)/(\w+)", SHELL
    )[0]
    assert host in told["services"]
    assert told["services"][host]["environment"]["POSTGRES_USER"] == user
    assert told["services"][host]["environment"]["POSTGRES_DB"] == database
    assert (password_of, port) == ("$PASSWORD", "5432")


def test_the_files_it_names_are_there() -> None:
    named = set(re.findall(r"docker/[\w./-]*\w", PAGE)) - {"docker/secrets"}
    assert {"docker/compose.yaml", "docker/Dockerfile", "docker/kubernetes/production"} <= named
    for name in named:
        assert (ROOT / name).exists(), name


def test_every_secret_that_a_pod_mounts_is_told_of() -> None:
    mounted = set(re.findall(r"secretName: ([\w-]+)", (DOCKER / "kubernetes/base/serve.yaml").read_text()))
    assert mounted == set(re.findall(r"^\| Secret `([\w-]+)`", PAGE, re.MULTILINE))
