"""What stands in docker/, read as the tools read it, and what the program knows of it."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import typer
import yaml
from pydantic import SecretStr

from api.cli import app
from api.settings import Settings

ROOT: Final = Path(__file__).parents[2]
DOCKER: Final = ROOT / "docker"
PRODUCTION: Final = DOCKER / "kubernetes" / "production"
BASE: Final = DOCKER / "kubernetes" / "base"

Object = dict[str, Any]


def settings() -> set[str]:
    return {f"ATENDE_{name.upper()}" for name in Settings.model_fields}


def secret_settings() -> set[str]:
    """Settings that are shown as stars; channels hold some."""
    secret = {name for name, field in Settings.model_fields.items() if SecretStr in kinds(field.annotation)}
    return {f"ATENDE_{name.upper()}" for name in secret | {"channels"}}


def kinds(annotation: Any) -> set[Any]:
    return {annotation, *getattr(annotation, "__args__", ())}


def commands() -> set[str]:
    command: Any = typer.main.get_command(app)
    return set(command.commands)


def compose() -> Object:
    told: Object = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    return told


def environment(service: Object) -> dict[str, str]:
    told: dict[str, str] = service.get("environment", {})
    return told


def ours(told: Object) -> dict[str, Object]:
    """The services that run our image."""
    return {
        name: service for name, service in told["services"].items() if service["image"].startswith("atende:")
    }


def objects(path: Path) -> list[Object]:
    return [found for found in yaml.safe_load_all(path.read_text()) if found]


def built(folder: Path) -> list[Object]:
    """What `kubectl kustomize` makes of a folder, as far as ours go. Raises ValueError beyond that."""
    told = objects(folder / "kustomization.yaml")[0]
    known = {"apiVersion", "kind", "namespace", "resources", "images", "patches"}
    if told.keys() - known:
        raise ValueError(f"not understood: {sorted(told.keys() - known)}")
    found: list[Object] = []
    for name in told["resources"]:
        place = (folder / name).resolve()
        found += built(place) if place.is_dir() else objects(place)
    for patch in told.get("patches", []):
        (change,) = objects(folder / patch["path"])
        (target,) = (each for each in found if identity(each) == identity(change))
        target.update(merged(target, change))
    for image in told.get("images", []):
        for container in containers(found):
            if container["image"].partition(":")[0] == image["name"]:
                container["image"] = f"{image.get('newName', image['name'])}:{image['newTag']}"
    for each in found:
        if "namespace" in told and each["kind"] != "Namespace":
            each["metadata"]["namespace"] = told["namespace"]
    return found


def merged(old: Object, new: Object) -> Object:
    """`old` with what `new` says, field by field. Lists have rules of their own, which we do not need."""
    told = copy.deepcopy(old)
    for key, value in new.items():
        if isinstance(value, list):
            raise ValueError(f"a list in a patch: {key}")
        told[key] = merged(told.get(key, {}), value) if isinstance(value, dict) else value
    return told


def identity(each: Object) -> tuple[str, str]:
    return each["kind"], each["metadata"]["name"]


def named(found: list[Object], kind: str) -> dict[str, Object]:
    return {each["metadata"]["name"]: each for each in found if each["kind"] == kind}


def pods(found: list[Object]) -> dict[str, Object]:
    """Templates by the name of what makes them."""
    return {
        each["metadata"]["name"]: each["spec"]["template"]
        for each in found
        if "template" in each.get("spec", {})
    }


def containers(found: list[Object]) -> Iterator[Object]:
    for template in pods(found).values():
        yield from template["spec"].get("initContainers", [])
        yield from template["spec"]["containers"]


def secret_keys() -> set[str]:
    """What the Secrets must hold, as the overlay says at its top."""
    return set(re.findall(r"\batende_\w+", (PRODUCTION / "kustomization.yaml").read_text()))
