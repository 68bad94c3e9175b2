"""Core's REST API, and how its refusals are told."""

from __future__ import annotations

import base64
import contextlib
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any


class Rest:
    """Core's REST API with its credentials."""

    def __init__(self, url: str, password_file: str) -> None:
        self._url = url
        with open(password_file, encoding="utf-8") as text:
            pair = f"restadmin:{text.read().strip()}"
        self._authorization = "Basic " + base64.b64encode(pair.encode()).decode()

    def call(self, method: str, path: str, data: Mapping[str, Any] | None = None) -> Any:
        """The JSON answer, or None for an empty one. Raises urllib.error.HTTPError."""
        body = None if data is None else form(data)
        request = urllib.request.Request(f"{self._url}/{path}", data=body, method=method)
        request.add_header("Authorization", self._authorization)
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def entries(self, path: str) -> list[dict[str, Any]]:
        """The entries of a collection; an empty one has none."""
        return list(self.call("GET", path).get("entries", []))


def form(data: Mapping[str, Any]) -> bytes:
    """A form's body. Core takes an empty text for an empty list (mailman/rest/validator.py)."""
    sent = {key: "" if value == [] else value for key, value in data.items()}
    return urllib.parse.urlencode(sent, doseq=True).encode()


@contextlib.contextmanager
def told(what: str) -> Iterator[None]:
    """Ends the program with one sentence where Core refuses this, or does not answer."""
    try:
        yield
    except urllib.error.HTTPError as error:
        raise SystemExit(f"Core refused {what}: {explanation(error)}") from None
    except OSError as error:
        raise SystemExit(f"Core did not answer about {what}: {error}") from None


def explanation(error: urllib.error.HTTPError) -> str:
    """Why Core refused a call: what its answer says, after the status."""
    text = error.read().decode(errors="replace").strip()
    with contextlib.suppress(ValueError, KeyError, TypeError):  # another program's answer
        text = json.loads(text)["description"]
    return f"{error} {text}".strip()
