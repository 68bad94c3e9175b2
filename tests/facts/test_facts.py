"""One test per file `<module>.<Fact>/<case>.json`: what the host prints -> what the fact returns.

Keys of a case: `arg`, `command` (compared when given), `output`, `fact`; the pyinfra-testing
package documents the rest.
"""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest

# pyinfra-testing imports pyinfra's CLI, which would replace sockets, threads and subprocesses of
# the whole test process by gevent's.
with patch("gevent.monkey.patch_all"):
    from pyinfra_testing.facts import make_fact_tests

# The command of a host program is the program's whole text: not worth repeating in a case.
pytestmark = pytest.mark.filterwarnings("ignore:No command set for test")

for folder in sorted(Path(__file__).parent.glob("*.*/")):
    globals()[folder.name] = make_fact_tests("mailman_suite.facts", folder.name, folder)
