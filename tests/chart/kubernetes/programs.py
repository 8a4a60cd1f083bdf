"""Kubernetes' own programs, built from the Go module proxy.

`python -m tests.chart.kubernetes.programs` builds them into the cache.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from tests.go_programs import GoTools, build_once, default_cache

VERSION = "1.36.3"
_MODULE = "k8s.io/kubernetes"
_COMMANDS = (
    "k8s.io/kubernetes/cmd/kube-apiserver",
    "k8s.io/kubernetes/cmd/kube-controller-manager",
    "k8s.io/kubernetes/cmd/kube-scheduler",
    "k8s.io/kubernetes/cmd/kubectl",
    # The release that Kubernetes itself names; the command is called as its folder.
    "go.etcd.io/etcd/server/v3",
)
_VERSION_PACKAGES = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
_KWOK = ("sigs.k8s.io/kwok", "v0.8.0")
#: What happens to kwok's nodes and pods: it does nothing unless told.
_STAGES = (
    "node/fast/node-initialize",
    "pod/fast/pod-ready",
    "pod/fast/pod-complete",
    "pod/fast/pod-delete",
)


class Kubernetes:
    """The programs in a cache; `built` says whether all are there."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._folder = cache / f"kubernetes-{VERSION}"
        self.api_server = self._folder / "kube-apiserver"
        self.controllers = self._folder / "kube-controller-manager"
        self.scheduler = self._folder / "kube-scheduler"
        self.kubectl = self._folder / "kubectl"
        self.etcd = self._folder / "etcd"
        self.kwok = self._folder / "kwok"
        self.stages = self._folder / "stages.yaml"

    @property
    def built(self) -> bool:
        return self._folder.exists()

    def build(self, go: Path) -> None:
        """Takes about ten minutes on two cores, once. Raises CannotBuild."""
        tools = GoTools(go, self._cache)
        building = self._folder.with_suffix(".building")
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True)
        tools.build(_COMMANDS, building, within=self._workspace(tools), variables=_named())
        (building / "server").rename(building / self.etcd.name)
        kwok, version = _KWOK
        tools.install(f"{kwok}/cmd/kwok", version, building)
        (building / self.stages.name).write_text(_stages(tools.module(kwok, version)))
        building.rename(self._folder)

    def _workspace(self, tools: GoTools) -> Path:
        """A module that wants what Kubernetes wants.

        Its own cannot be installed: it takes parts of itself, which are modules too, from a folder
        that the published module lacks. Here they are the published ones of the same release.
        """
        released = tools.module(_MODULE, f"v{VERSION}")
        workspace = self._cache / "kubernetes-workspace"
        workspace.mkdir(parents=True, exist_ok=True)
        wanted = (released / "go.mod").read_text()
        wanted = re.sub(r"^module .*", "module onthedot.test/kubernetes", wanted, flags=re.M)
        part = rf"\1 v{VERSION.replace('1.', '0.', 1)}"
        wanted = re.sub(r"(?<==> )\./staging/src/(\S+)", part, wanted)
        wanted += f"\nrequire {_MODULE} v{VERSION}\n"
        (workspace / "go.mod").write_text(wanted)
        (workspace / "go.sum").write_text((released / "go.sum").read_text())
        return workspace


def _stages(kwok: Path) -> str:
    """Those of kwok's own cluster, in one file."""
    files = (kwok / "kustomize" / "stage" / f"{name}.yaml" for name in _STAGES)
    return "---\n".join(file.read_text() for file in files)


def _named() -> dict[str, str]:
    """What they say their release is; without it they refuse to start."""
    major, minor, _ = VERSION.split(".")
    said = {"gitVersion": f"v{VERSION}", "gitMajor": major, "gitMinor": minor}
    return {
        f"{package}.{name}": value for package in _VERSION_PACKAGES for name, value in said.items()
    }


if __name__ == "__main__":
    what = f"Kubernetes {VERSION}, some ten minutes"
    sys.exit(build_once(Kubernetes(default_cache()), what, needed_for="A Kubernetes API server"))
