"""Whoosh, which is part of every release and needs no server."""

from __future__ import annotations

from mailman_suite.base import layout
from mailman_suite.parts.search.model import Search

ANSWER = Search(
    name="whoosh",
    engine="haystack.backends.whoosh_backend.WhooshEngine",
    index=layout.FULLTEXT_INDEX,
    packages={"apt": (), "dnf": ()},
)
