"""The pyinfra command, for refusals that the whole command line has to make; and runs on paper."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from pyinfra.api import connectors

from mailman_suite.runs.call_stacks import deploys_are_no_modules
from tests.contract.conftest import cli_server

__all__ = ["cli_server"]


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_searched_again() -> Iterator[None]:
    """Deploy files are no modules, as in every run; connectors are installed once for all plans."""
    deploys_are_no_modules()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connectors, "entry_points", cache(connectors.entry_points))
        yield
