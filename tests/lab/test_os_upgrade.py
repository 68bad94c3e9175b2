"""A host whose operating system got another Python: the next run changes to the release for it.

The image keeps its Python, so the release is made to look built for the one before: its name, its
`lib/pythonX.Y` and its version are those of an older Python, and the link in `bin` leads to one
that does not find its packages there. That is what an upgrade of Debian leaves.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailman_suite.releases.catalogue import RELEASES
from tests.lab.installed import COMBINATIONS, changes
from tests.lab.suites import Suite, clone, eventually

BEFORE, AFTER = (3, 10), (3, 11)
HOSTS = [
    pytest.param(one, marks=[pytest.mark.full] * (one.database == "sqlite"), id=one.database)
    for one in COMBINATIONS
    if one.suite == "bookworm"
]
_UPGRADED = """
set -e
cd /opt/mailman/releases
mv AFTER BEFORE
mv BEFORE/venv/lib/python3.11 BEFORE/venv/lib/python3.10
sed -i 's/3\\.11/3.10/' BEFORE/venv/pyvenv.cfg
find BEFORE/venv/bin -type f -exec sed -i s/AFTER/BEFORE/ {} +
sed -i s/AFTER/BEFORE/ BEFORE/stamp.json
ln -sfn /opt/mailman/releases/BEFORE/venv /opt/mailman/venv.new
mv -T /opt/mailman/venv.new /opt/mailman/venv
"""


@pytest.fixture(params=HOSTS)
def suite(request: pytest.FixtureRequest) -> Iterator[Suite]:
    with clone(request.param) as suite:
        suite.wait_until_serving()
        yield suite


def upgrade(suite: Suite) -> str:
    """The name of the release that the host needs now; it booted, as after an upgrade."""
    release = RELEASES[suite.combination.release]
    before, after = release.identifier(BEFORE), release.identifier(AFTER)
    suite.run(_UPGRADED.replace("BEFORE", before).replace("AFTER", after))
    suite.machine.shut_down()
    suite.machine.boot()
    return after


def test_a_release_of_a_python_that_is_gone_is_replaced(suite: Suite) -> None:
    suite.delivers()
    wanted = upgrade(suite)
    assert suite.rest("GET", "lists") == (0, None), "nothing of the suite can start"
    waits = suite.post(suite.add_reader())

    done = suite.converge()

    assert done.returncode == 0, done.stdout
    assert suite.run("readlink /opt/mailman/venv").strip().endswith(f"/{wanted}/venv")
    eventually(lambda: suite.has_mail(waits), "what was sent meanwhile arrives")
    suite.delivers()
    again = suite.converge()
    assert (again.returncode, changes(again.stdout)) == (0, []), again.stdout
