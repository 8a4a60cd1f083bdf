"""The sign-in page: minimal plain HTML."""

from __future__ import annotations

import html
from urllib.parse import quote

from starlette.requests import Request

from onthedot.ui.addresses import base, target
from onthedot.ui.loading.static_files import address
from onthedot.ui.loading.template import NONCE

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Sign in · On the Dot</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{base}{favicon}">
<link rel="stylesheet" href="{base}{styles}">
<script nonce="{nonce}" src="{base}{time}"></script>
<script nonce="{nonce}" src="{base}{state}"></script>
</head>
<body>
<main class="login">
<form class="card" method="post" action="{base}/login?next={next}">
<div class="brand"><svg aria-hidden="true"><use href="{base}{icons}#brand"></use></svg>
On the Dot</div>
<h1>Sign in</h1>
{provider}{between}{token}
</form>
</main>
</body>
</html>"""

_FILES = {
    "styles": address("styles.css"),
    "time": address("time.js"),
    "state": address("state.js"),
    "icons": address("icons.svg"),
    "favicon": address("favicon.svg"),
}

_PROVIDER = """{error}<a class="btn primary" href="{base}/sign-in?next={next}">{words}</a>
"""

_BETWEEN = """<div class="or">or</div>
"""

_TOKEN = """<div class="field{bad}">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required {focus}
 aria-describedby="hint"{invalid}>
{error}
<div class="hint" id="hint">The half that starts with <code>otd_</code>.
<code>onthedot token new</code> prints one.</div>
</div>
<button class="btn{primary}">Sign in</button>"""


def login_page(
    request: Request, *, tokens: bool, provider: bool, error: str = "", of_provider: bool = False
) -> str:
    """The page: a field for a token, a link to the provider, or both. `error` is shown next to its
    cause."""
    alert = f'<div class="error" role="alert">{html.escape(error)}</div>' if error else ""
    where = {"base": html.escape(base(request)), "next": quote(target(request), safe="")}
    of_token = alert if not of_provider else ""
    return _PAGE.format(
        **where,
        nonce=request.scope[NONCE],
        **_FILES,
        provider=_PROVIDER.format(
            **where, error=alert if of_provider else "", words="Continue with single sign-on"
        )
        if provider
        else "",
        between=_BETWEEN if provider and tokens else "",
        token=_TOKEN.format(
            bad=" bad" if of_token else "",
            invalid=' aria-invalid="true"' if of_token else "",
            focus="" if provider else "autofocus",
            primary="" if provider else " primary",
            error=of_token,
        )
        if tokens
        else "",
    )
