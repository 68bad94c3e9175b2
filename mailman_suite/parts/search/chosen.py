"""Which backend searches a suite's archives. Pure."""

from __future__ import annotations

from mailman_suite.parts.answers import answers
from mailman_suite.parts.search.model import Search


def search() -> Search:
    """The only one; a second one needs a setting, and this fails until there is one."""
    (only,) = answers("search").values()
    found: Search = only
    return found
