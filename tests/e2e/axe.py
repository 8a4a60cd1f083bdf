"""What axe finds that keeps people out."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe

from tests.e2e.site import Site

_RULES = [
    *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"),
    *("best-practice", "experimental"),
]


def serious(site: Site) -> list[str]:
    """What is serious or worse, experimental rules included, with where it is."""
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": _RULES}}
    found = Axe().run(site.page, options=options).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node.get('failureSummary', '')[:300]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"][:3]
    ]
