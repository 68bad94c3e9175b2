"""Runs that tests begin leave their records in a directory of the tests' own."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("tests.windows.outcomes")


@pytest.fixture(scope="session", autouse=True)
def _records_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAILMAN_RECORDS", str(tmp_path_factory.mktemp("records")))
        yield


def pytest_collection_finish() -> None:
    """Modules and collected tests live to the end; the collector need not look at them again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
