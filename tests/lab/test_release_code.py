"""Code that somebody put into a release never runs as root, whatever an operator does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.lab import backups, older, returns
from tests.lab.suites import Suite

pytestmark = pytest.mark.xdist_group("release-code")

RAN = "/opt/mailman/web/ran"
# A line of such a file is run by each start of the release's interpreter, before anything else.
_PLANTED = (
    "import os; exec(\"try: open('RAN', 'a').write(f'{os.getuid()} {os.getppid()}\\\\n')\\n"
    'except OSError: pass")\n'
).replace("RAN", RAN)
_PLANT = f"""
install -m 666 -o mailman /dev/null {RAN}
for place in /opt/mailman/releases/*/venv/lib/python3.*/site-packages; do
    cat /root/planted > $place/planted.pth
done
"""


@pytest.fixture(
    params=["postgresql", pytest.param("sqlite", marks=pytest.mark.full)], scope="module"
)
def suite(request: pytest.FixtureRequest) -> Iterator[Suite]:
    """An older release with data, the newer one built beside; both have one more file."""
    with older.clone(request.param, "-code") as suite:
        suite.run("cat > /root/planted", stdin=_PLANTED)
        suite.run(_PLANT)
        yield suite


def ran(suite: Suite) -> Counter[str]:
    """Account -> how often the planted code ran as this one."""
    return Counter(line.split()[0] for line in suite.run(f"cat {RAN}").splitlines())


def test_no_run_gives_a_release_the_rights_of_root(suite: Suite) -> None:
    account = suite.run("id -u mailman").strip()

    assert suite.converge(returns.NEWER).returncode == 0, "a window with a change of schema"
    assert suite.converge(returns.NEWER).returncode == 0, "nothing to change"
    verified = returns.run(suite, "verify", returns.NEWER)
    assert verified.returncode == 0, verified.stdout
    assert backups.make(suite, returns.NEWER).returncode == 0
    back = {**returns.NEWER, "mailman_rollback": returns.last_window(suite)}
    rolled_back = returns.run(suite, "rollback", back)
    assert rolled_back.returncode == 0, rolled_back.stdout

    assert set(ran(suite)) == {account}
