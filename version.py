"""The installed release."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version


def version(package: str = "onthedot") -> str:
    """The installed version of a package; `unknown` if it is not installed."""
    try:
        return installed_version(package)
    except PackageNotFoundError:
        return "unknown"
