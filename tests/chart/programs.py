"""The programs that check the chart: Helm, and the schemas of Kubernetes, KEDA and the Prometheus
Operator."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.go_programs import GoTools, build_once, default_cache

_HELM = ("helm.sh/helm/v3/cmd/helm", "v3.22.0")
_VALIDATOR = ("sigs.k8s.io/kubectl-validate", "v0.0.4")
_SCHEMAS = {
    ("github.com/kedacore/keda/v2", "v2.21.0"): (
        "config/crd/bases/keda.sh_scaledobjects.yaml",
        "config/crd/bases/keda.sh_triggerauthentications.yaml",
    ),
    ("github.com/prometheus-operator/prometheus-operator", "v0.85.0"): (
        "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
    ),
}


class Judges:
    """The programs in a cache; `built` says whether all are there."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._folder = cache / "chart"
        self.helm = self._folder / "helm"
        self.validator = self._folder / "kubectl-validate"
        self.schemas = self._folder / "schemas"

    @property
    def built(self) -> bool:
        return self.schemas.exists()

    def build(self, go: Path) -> None:
        """Takes some minutes, once. Raises CannotBuild."""
        tools = GoTools(go, self._cache)
        for package, version in (_HELM, _VALIDATOR):
            tools.install(package, version, self._folder)
        collected = self.schemas.with_suffix(".building")
        shutil.rmtree(collected, ignore_errors=True)
        collected.mkdir()
        for (module, version), files in _SCHEMAS.items():
            where = tools.module(module, version)
            for file in files:
                shutil.copyfile(where / file, collected / Path(file).name)
        collected.rename(self.schemas)


if __name__ == "__main__":
    what = "Helm and Kubernetes' schemas"
    sys.exit(build_once(Judges(default_cache()), what, needed_for="Judging the chart"))
