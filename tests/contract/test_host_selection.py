"""What pyinfra logs while it selects hosts, and that listening to it can end the run.

`mailman_suite/runs/host_selection.py` refuses runs without hosts by these messages.
"""

from __future__ import annotations

import pytest

from tests.contract.repository import Repository

LISTENING = """
    import logging
    from pyinfra import inventory, logger, state
    from pyinfra.api.exceptions import PyinfraError
    from tracing import trace

    class Listener(logging.Filter):
        def filter(self, record):
            text = record.getMessage()
            if text.startswith("No host matches found for "):
                trace(f"{text} of {sorted(host.name for host in inventory)}")
            if text == "--> Connecting to hosts...":
                trace(f"selected {sorted(h.name for h in inventory if state.is_host_in_limit(h))}")
                raise PyinfraError("no further")
            return True

    logger.addFilter(Listener())
"""


@pytest.mark.parametrize(
    ("options", "trace"),
    [
        ([], ["selected ['@fake/a', '@fake/b']"]),
        (["--limit", "@fake/b"], ["selected ['@fake/b']"]),
        (
            ["--limit", "c"],
            [
                "No host matches found for --limit pattern: c of ['@fake/a', '@fake/b']",
                "selected []",
            ],
        ),
        (
            ["--exclude", "c"],
            [
                "No host matches found for --exclude pattern: c of ['@fake/a', '@fake/b']",
                "selected ['@fake/a', '@fake/b']",
            ],
        ),
        (["--exclude", "@fake/*"], ["selected []"]),
    ],
    ids=str,
)
def test_what_is_logged_tells_which_hosts_are_meant(
    repository: Repository, options: list[str], trace: list[str]
):
    repository.write("config.py", LISTENING)
    repository.write("deploy.py", "from tracing import trace\ntrace('deployed')\n")
    run = repository.pyinfra("@fake/a,@fake/b", "deploy.py", "-y", *options)
    assert repository.trace() == trace
    assert run.returncode == 1
    assert "no further" in run.stderr
    assert "Connected" not in run.stderr
