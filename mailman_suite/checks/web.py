"""Checks of the web: pages with all their files, and an archive that only Core can fill. Pure."""

from __future__ import annotations

from mailman_suite.checks.model import Broken, Check, Expected, some
from mailman_suite.host.wire.checks import Api, Page, Static, Unobserved

_TYPES = {
    "css": ("text/css",),
    "js": ("application/javascript", "text/javascript"),
    "ico": ("image/",),
    "png": ("image/",),
    "svg": ("image/",),
    "woff2": ("font/", "application/"),
}
_REFUSED = 403
_UNAUTHORIZED = (401, 403)


def pages(found: dict[str, Page | Unobserved], expected: Expected) -> str:
    """A page counts if it is complete, with a title and style sheets; an error page has none."""
    wrong = [f"{path} {reason}" for path, one in found.items() if (reason := _flaw(one))]
    if wrong or not found:
        raise Broken(some(wrong) or "no page was fetched")
    return some(found, 9)


def _flaw(page: Page | Unobserved) -> str:
    """What is wrong with a page, or nothing."""
    if "status" not in page:
        return f"could not be fetched: {page['error']}"
    if page["status"] != 200:
        return f"answers {page['status']} ({page['title'] or 'no title'})"
    if not page["type"].startswith("text/html") or not page["whole"] or not page["title"]:
        return f"is not a complete page: {page['type']}, title {page['title']!r}"
    if not any(".css" in url for url in page["files"]):
        return "has no style sheet"
    return ""


def files(found: dict[str, Static | Unobserved], expected: Expected) -> str:
    """The style sheets, scripts and images that the pages name, and the favicon."""
    wrong = [f"{url}: {reason}" for url, one in found.items() if (reason := _unfit(url, one))]
    if wrong or len(found) < 2:
        raise Broken(some(wrong) or "the pages name no files")
    return f"{len(found)} files"


def _unfit(url: str, answer: Static | Unobserved) -> str:
    """What is wrong with a static file, or nothing."""
    if isinstance(answer, dict):
        return answer["error"]
    status, kind, length = answer
    if status != 200 or not length:
        return f"answers {status} with {length} bytes"
    ending = url.partition("?")[0].rpartition(".")[2]
    fits = kind.startswith(_TYPES.get(ending, ("",)))
    return "" if fits and not kind.startswith("text/html") else f"has the type {kind}"


def key(found: Api, expected: Expected) -> str:
    """Otherwise every post goes into Core's spool and none into the archive."""
    if found["with_key"] != 200:
        raise Broken(f"answers {found['with_key']} to the key of Core's archiver, expected 200")
    if found["with_wrong_key"] not in _UNAUTHORIZED:
        raise Broken(f"answers {found['with_wrong_key']} to a wrong key, expected 401")
    return "200, and 401 to a wrong key"


def proxy(found: Api, expected: Expected) -> str:
    """Who could reach it could put messages into the archive."""
    if set(found["through_proxy"]) != {_REFUSED}:
        raise Broken(f"answers {found['through_proxy']}, expected {_REFUSED}")
    return f"answers {_REFUSED}"


CHECKS = (
    Check("Every page that matters loads", "check.web", "pages", pages, True),
    Check("The pages' own files are served", "check.web", "files", files, True),
    Check("HyperKitty accepts only Core's key", "check.web", "api", key, True),
    Check("The proxy blocks the archiver's interface", "check.web", "api", proxy, True),
)
