"""A plan says what the window of a change of release leaves alone."""

from __future__ import annotations

import pytest

from mailman_suite.host.wire.sides import SIDES, Side
from mailman_suite.releases.sides import digest
from tests.plans.fleet_on_paper import NEW, older
from tests.plans.harness import plan_of

DEPLOY = "deploys/mailman.py"


@pytest.mark.parametrize(
    ("same", "told"),
    [
        ("core", "only the web's packages change: Core goes on, and no mail waits"),
        ("web", "only Core's packages change: the web goes on"),
    ],
)
def test_what_is_the_same_goes_on(same: Side, told: str, caplog: pytest.LogCaptureFixture) -> None:
    """From the stamps of what runs."""
    caplog.set_level("INFO")
    host = older()
    stamps = {**dict.fromkeys(SIDES, "another"), same: digest(NEW, (3, 11), same)}
    host.facts["HostInspection"]["suite"]["sides"] = stamps
    plan_of(DEPLOY, host.data, host.facts)
    assert told in caplog.text


def test_without_stamps_nothing_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    """An older checkout converged the host."""
    caplog.set_level("INFO")
    host = older()
    plan_of(DEPLOY, host.data, host.facts)
    assert "goes on" not in caplog.text
