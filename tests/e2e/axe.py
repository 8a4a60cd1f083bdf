"""Accessibility problems that axe finds."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT

from tests.e2e.site import Site

_RULES = [
    *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"),
    *("best-practice", "experimental"),
]


_COLOURS = ["color-contrast", "link-in-text-block"]


def serious(site: Site, *, colours: bool = False) -> list[str]:
    """Serious and critical problems, with their places, including those of experimental rules.

    Args:
        colours: apply only the rules about colours, the only ones that depend on the theme.
    """
    rules = {"type": "rule", "values": _COLOURS} if colours else {"type": "tag", "values": _RULES}
    options = {"resultTypes": ["violations"], "runOnly": rules}
    if not site.page.evaluate("'axe' in window"):
        site.page.evaluate(AXE_SCRIPT)
    found = site.page.evaluate("async options => (await axe.run(options)).violations", options)
    return [
        f"{each['id']}: {node['target']} {node.get('failureSummary', '')[:300]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"][:3]
    ]
