"""A visitor of the web pages: by HTTP from outside, with cookies, as a browser would."""

from __future__ import annotations

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from copy import copy
from dataclasses import dataclass
from html import unescape


@dataclass(frozen=True)
class Page:
    """An answer: HTTP status, media type, text, and the path that redirects led to."""

    status: int
    kind: str
    text: str
    path: str

    def field(self, name: str) -> str | None:
        """The value of a form's field; "" where it has none, None where there is no such field."""
        tag = re.search(rf"<(?:input|select|textarea)[^>]*\bname=[\"']{name}[\"'][^>]*>", self.text)
        if not tag:
            return None
        value = re.search(r"\bvalue=[\"']([^\"']*)", tag[0])
        return unescape(value[1]) if value else ""

    def style_sheets(self) -> list[str]:
        """Addresses of the style sheets that the page names."""
        tags = re.findall(r"<link[^>]*rel=[\"']stylesheet[\"'][^>]*>", self.text)
        return [unescape(href) for tag in tags for href in re.findall(r"href=[\"']([^\"']+)", tag)]


class Visitor:
    """Somebody with a browser, who typed the site's name and reached the machine's address."""

    def __init__(self, address: str, name: str) -> None:
        self._root, self._name = f"http://{address}", name
        self._cookies = http.cookiejar.CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(self._cookies)
        self._browser = urllib.request.build_opener(cookies)

    def at(self, address: str) -> Visitor:
        """The same person, led by a load balancer to another machine of the site."""
        other = Visitor(address, self._name)
        for cookie in self._cookies:
            moved = copy(cookie)
            moved.domain = address
            other._cookies.set_cookie(moved)
        return other

    def get(self, path: str) -> Page:
        """The page at a path of the site."""
        return self._open(path, None)

    def submit(self, path: str, fields: dict[str, str]) -> Page:
        """The answer to the form at a path, filled in, with the form's own token."""
        token = self.get(path).field("csrfmiddlewaretoken") or ""
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        return self._open(path, body)

    def _open(self, path: str, body: bytes | None) -> Page:
        request = urllib.request.Request(self._root + path, body, {"Host": self._name})
        try:
            answer = self._browser.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read().decode(errors="replace")
            place = urllib.parse.urlsplit(answer.url)
            return Page(answer.status, answer.headers.get_content_type(), text, place.path)
