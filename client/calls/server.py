"""The calls on the server itself."""

from __future__ import annotations

from typing import Any

from onthedot.client.building import call
from onthedot.client.call import Call
from onthedot.messages.access import Me
from onthedot.messages.health import Alive, Ready, Workers


def alive() -> Call[Alive]:
    """Whether the server responds, and its version."""
    return call("GET", "/healthz", Alive)


def ready() -> Call[Ready]:
    """Whether Temporal responds, and which workers it has seen."""
    return call("GET", "/readyz", Ready)


def metrics() -> Call[str]:
    """The server's metrics, in the text form of Prometheus."""
    return call("GET", "/metrics", str)


def task_schema() -> Call[dict[str, Any]]:
    """The JSON Schema of files that hold tasks."""
    return call("GET", "/task.schema.json", dict)


def openapi() -> Call[dict[str, Any]]:
    """The OpenAPI document."""
    return call("GET", "/openapi.json", dict)


def list_workers() -> Call[Workers]:
    """The workers: how many actions each holds of how many places, and how many wait."""
    return call("GET", "/workers", Workers)


def me() -> Call[Me]:
    """Who the caller is: name, role, and means of authentication."""
    return call("GET", "/me", Me)
