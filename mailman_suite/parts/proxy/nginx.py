"""Nginx in front of the pages, as upstream's guide has it."""

from __future__ import annotations

from mailman_suite.parts.proxy.model import Proxy

ANSWER = Proxy(
    name="nginx",
    title="Nginx",
    packages={"apt": ("nginx",), "dnf": ("nginx",)},
    unit="nginx.service",
    processes=("nginx",),
    site="/etc/nginx/conf.d/mailman3.conf",
    peers_site="/etc/nginx/conf.d/mailman3-peers.conf",
    check=("nginx", "-t"),
    sites=("/etc/nginx/sites-enabled/*", "/etc/nginx/conf.d/*.conf"),
    passes=("proxy_pass", "uwsgi_pass", "server"),
    https=r"^\s*listen\s[^;]*\b(?:443|ssl)\b",
)
