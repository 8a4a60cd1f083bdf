"""Which release this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version


def version(package: str = "onthedot") -> str:
    """The installed version of a package; `unknown` where it is not installed as one."""
    try:
        return installed_version(package)
    except PackageNotFoundError:
        return "unknown"
