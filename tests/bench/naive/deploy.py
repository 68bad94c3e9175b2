"""The same end state, declared with pyinfra's stock operations alone."""

import json
from pathlib import Path

from pyinfra import host

from tests.bench.naive import checks, system

state = json.loads(Path(host.data.bench_end_state).read_text(encoding="utf-8"))
system.declared(state)
checks.postfix(state)
checks.application(state)
