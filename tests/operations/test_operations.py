"""One test per file `<module>.<operation>/<case>.json`: arguments and facts -> commands.

Keys of a case: `args`, `kwargs`, `facts`, `commands` or `exception`, `noop_description`. A fact
that the case does not list is an error, so the files also list what an operation may ask.
"""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

# See tests/facts/test_facts.py.
with patch("gevent.monkey.patch_all"):
    from pyinfra_testing.operations import make_operation_tests

for folder in sorted(Path(__file__).parent.glob("*.*/")):
    globals()[folder.name] = make_operation_tests("mailman_suite.operations", folder.name, folder)
