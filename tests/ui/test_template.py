"""The nonce is on the scripts of the template, and on nothing that is filled in."""

from __future__ import annotations

import re
from types import SimpleNamespace

from nicegui import client

from onthedot.ui.loading.template import NONCE, put_nonces

_INJECTED = '<script>window.broken = 1</script><link rel="modulepreload" href="/x.js">'


def test_a_script_that_was_filled_in_has_no_nonce() -> None:
    put_nonces()
    put_nonces()
    # A real page holds nothing injected.
    page = client.templates.get_template("index.html").render(
        request=SimpleNamespace(scope={NONCE: "the-nonce"}),
        head_html=_INJECTED,
        body_html=_INJECTED,
        elements=_INJECTED,
        js_imports_urls=["/ours.js"],
        prod_js=True,
        translations={},
    )
    scripts = re.findall(r"<script[^>]*>", page)
    assert scripts.count("<script>") == 3
    ours = [script for script in scripts if script != "<script>"]
    assert len(ours) > 5
    assert all(script.count('nonce="the-nonce"') == 1 for script in ours)
    assert '<link rel="modulepreload" nonce="the-nonce" href="/ours.js"' in page
    assert page.count('<link rel="modulepreload" href="/x.js">') == 3
