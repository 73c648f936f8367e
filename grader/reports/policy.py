"""What a page of ours may do, as a browser enforces it: show, and nothing else."""

from __future__ import annotations

import base64
import hashlib


def content_security_policy(style: str, script: str | None = None) -> str:
    """Return the policy that allows this style sheet, this script, and no request at all."""
    scripts = "" if script is None else f"script-src {_digest(script)}; "
    return (
        f"default-src 'none'; {scripts}style-src {_digest(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
