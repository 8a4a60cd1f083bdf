"""Puts the request's nonce on the scripts of NiceGUI's own template.

The nonce is written into the template's source before any values are filled in. So a script that
gets into a page through those values (users' texts, added HTML) has no nonce, and the browser
refuses it. NiceGUI has no setting for this.
"""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import BaseLoader, Environment
from nicegui import client

#: The key of the nonce in a request's scope.
NONCE = "onthedot.nonce"

_ATTRIBUTE = f' nonce="{{{{ request.scope["{NONCE}"] }}}}"'
#: What the policy applies to.
_ASKED_ABOUT = ("<script", '<link rel="modulepreload"')


class _WithNonce(BaseLoader):
    def __init__(self, loader: BaseLoader) -> None:
        self._loader = loader

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, path, is_current = self._loader.get_source(environment, template)
        for tag in _ASKED_ABOUT:
            source = source.replace(tag, tag + _ATTRIBUTE)
        return source, path, is_current


def put_nonces() -> None:
    """Render every page of this process with nonces. Safe to repeat."""
    environment = client.templates.env
    if environment.loader is not None and not isinstance(environment.loader, _WithNonce):
        environment.loader = _WithNonce(environment.loader)
        if environment.cache is not None:
            environment.cache.clear()
