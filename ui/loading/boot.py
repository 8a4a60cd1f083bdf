"""What a browser shows before Vue has started: the same frame, drawn by style sheets alone."""

from __future__ import annotations

from onthedot.ui.loading.static_files import address

HEAD = (
    '<link rel="preload" href="{base}/static/fonts/inter-latin-wght-normal.woff2" as="font" '
    'type="font/woff2" crossorigin>'
    f'<link rel="stylesheet" href="{{base}}{address("styles.css")}">'
    f'<script nonce="{{nonce}}" src="{{base}}{address("scripts.js")}" data-base="{{base}}" '
    f'data-icons="{address("icons.svg")}"></script>'
)

BOOT = f"""<div id="boot" class="frame" aria-hidden="true" data-base="{{base}}">
<div class="side"><div class="brand">
<svg><use href="{{base}}{address("icons.svg")}#brand"></use></svg>On the Dot</div></div>
<div class="top"></div>
<div class="main"><div class="skeleton" style="height: 28px; width: 180px"></div>
<div class="skeleton" style="height: 36px; width: min(340px, 100%); margin-top: 28px"></div>
<div class="skeleton" style="height: 420px; margin-top: 14px"></div></div></div>"""
