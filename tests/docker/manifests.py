"""What a pod of ours may not lack, one sentence each: Kubernetes' restricted standard, and a little more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Object = dict[str, Any]


def faults(template: Object) -> list[str]:
    spec = template["spec"]
    found = list(_pod(spec))
    for container in [*spec.get("initContainers", []), *spec["containers"]]:
        found += [f"{container['name']} {fault}" for fault in _container(container, spec)]
    return found


def _pod(spec: Object) -> Iterator[str]:
    said = spec.get("securityContext", {})
    if not said.get("runAsNonRoot") or not said.get("runAsUser"):
        yield "may run as root"
    if said.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "may call the kernel as it likes"
    if spec.get("automountServiceAccountToken") is not False or "serviceAccountName" not in spec:
        yield "may speak to the cluster"
    if any(spec.get(each) for each in ("hostNetwork", "hostPID", "hostIPC")):
        yield "lives in its node's rooms"
    for volume in spec.get("volumes", []):
        if "hostPath" in volume:
            yield "writes on its node"


def _container(container: Object, spec: Object) -> Iterator[str]:
    said = container.get("securityContext", {})
    if said.get("allowPrivilegeEscalation") is not False or said.get("privileged"):
        yield "may gain privileges"
    if said.get("capabilities") != {"drop": ["ALL"]}:
        yield "has capabilities"
    if said.get("readOnlyRootFilesystem") is not True:
        yield "may change its own program"
    resources = container.get("resources", {})
    if not {"cpu", "memory"} <= resources.get("requests", {}).keys() & resources.get("limits", {}).keys():
        yield "may take a whole node"
    image, _, tag = container["image"].partition(":")
    if not image or tag in ("", "latest"):
        yield "has an image that is not pinned"
    if any("valueFrom" not in each for each in container.get("env", [])):
        yield "is told something in the clear that no ConfigMap says"
    volumes = {volume["name"] for volume in spec.get("volumes", [])}
    for mount in container.get("volumeMounts", []):
        if mount["name"] not in volumes:
            yield f"mounts {mount['name']}, which is not there"
    ports = {port.get("name") for port in container.get("ports", [])}
    for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
        if kind in container and container[kind]["httpGet"]["port"] not in ports:
            yield f"is asked at a port that is not there by its {kind}"
