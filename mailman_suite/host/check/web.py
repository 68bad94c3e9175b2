"""Fetches the pages that people open, through the proxy as they do; judges nothing.

`look`: {"host", "scheme", "port", "loopback", "pages": [...], "links": [...], "favicon", "api",
         "archiver_config"} -> {"pages", "files", "api"}. `links` are patterns of pages that are
         found on the others (a list's pages); what could not be fetched is {"error": why}.
"""

from __future__ import annotations

import configparser
import http.client
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mailman_suite.host.base import verbs
from mailman_suite.host.wire.checks import (
    Api,
    Page,
    PagesQuestion,
    Static,
    Unobserved,
    WebObservations,
    WebQuestion,
)

_SECONDS = 60
_FILES = re.compile(
    r"""<(?:script|img)\b[^>]*?\bsrc=["']([^"']+)|<link\b[^>]*?\bhref=["']([^"']+)""", re.I
)
_TITLE = re.compile(r"<title>\s*(.*?)\s*</title>", re.I | re.S)


def observed(question: Callable[..., Any], *arguments: Any) -> Any:
    """What a question answers, or why there is no answer: nothing here may pass silently."""
    try:
        return question(*arguments)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def connected(declared: PagesQuestion) -> http.client.HTTPConnection:
    """A connection to the proxy, which tells sites apart by the name that is asked for."""
    place, port = declared["loopback"], declared["port"]
    if declared["scheme"] != "https":
        return http.client.HTTPConnection(place, port, timeout=_SECONDS)
    # Whether a browser trusts the certificate is another question than whether the pages show.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(place, port, timeout=_SECONDS, context=context)


def fetched(declared: PagesQuestion, path: str) -> tuple[int, str, bytes]:
    """(status, content type, body) of a path of the site."""
    connection = connected(declared)
    try:
        connection.request("GET", path, headers={"Host": declared["host"]})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type", ""), answer.read()
    finally:
        connection.close()


def page(declared: PagesQuestion, path: str) -> Page:
    """Status, type, title, the links and the static files of a page."""
    status, kind, body = fetched(declared, path)
    text = body.decode(errors="replace")
    title = _TITLE.search(text)
    return {
        "status": status,
        "type": kind,
        "title": " ".join(title.group(1).split()) if title else "",
        "whole": text.rstrip().endswith("</html>"),
        "files": sorted({one or other for one, other in _FILES.findall(text)}),
        "links": sorted(set(re.findall(r"""<a\b[^>]*?\bhref=["'](/[^"'#?]+)""", text, re.I))),
    }


def pages(declared: WebQuestion) -> dict[str, Page | Unobserved]:
    """Every page, and the first page behind each pattern of links that the others show."""
    with ThreadPoolExecutor(4) as pool:
        found = dict(zip(declared["pages"], pool.map(_page(declared), declared["pages"])))
        shown = [link for one in found.values() if "status" in one for link in one["links"]]
        linked = [first(pattern, shown) for pattern in declared["links"]]
        more = [path for path in linked if path and path not in found]
        found.update(zip(more, pool.map(_page(declared), more)))
    return found


def _page(declared: WebQuestion) -> Callable[[str], Any]:
    return lambda path: observed(page, declared, path)


def first(pattern: str, links: list[str]) -> str | None:
    """The first link that a pattern fits wholly, or None."""
    return next((link for link in links if re.fullmatch(pattern, link)), None)


def files(
    declared: WebQuestion, found: dict[str, Page | Unobserved]
) -> dict[str, Static | Unobserved]:
    """URL -> [status, content type, length] of every file of the site's own that a page needs."""
    wanted = {declared["favicon"]}
    for one in found.values():
        wanted.update(one["files"] if "status" in one else [])
    own = sorted(url for url in wanted if url.startswith("/") and not url.startswith("//"))
    return {url: observed(static, declared, url) for url in own}


def static(declared: WebQuestion, url: str) -> Static:
    """[status, content type, length] of a file."""
    status, kind, body = fetched(declared, urllib.parse.quote(url, safe="/?=&%"))
    return status, kind, len(body)


def api(declared: WebQuestion) -> Api:
    """What the archiver's interface answers to Core's key, to a wrong one, and through the proxy.

    The key is that of Core's archiver configuration: what matters is whether both sides agree.
    """
    config = configparser.RawConfigParser()
    with open(declared["archiver_config"], encoding="utf-8") as text:
        config.read_file(text)
    key = config.get("general", "api_key").strip()
    url = config.get("general", "base_url").strip().rstrip("/") + declared["api"]
    return {
        "with_key": status_with(url, key),
        "with_wrong_key": status_with(url, "not-the-key"),
        "through_proxy": [
            fetched(declared, below + declared["api"])[0] for below in declared["api_below"]
        ],
    }


def status_with(url: str, key: str) -> int:
    """The status of a request with this key."""
    request = urllib.request.Request(url, headers={"Authorization": f"Token {key}"})
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def look(declared: WebQuestion) -> WebObservations:
    """Everything that the web shows."""
    found = pages(declared)
    needed = files(declared, found)
    for one in found.values():
        if "status" in one:
            one.pop("links", None)
    return {"pages": found, "files": needed, "api": observed(api, declared)}


if __name__ == "__main__":
    verbs.main({"look": look})
