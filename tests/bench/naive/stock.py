"""As deploy.py beside this file, without starting any of Mailman's own commands."""

import json
from pathlib import Path

from pyinfra import host

from tests.bench.naive import checks, system

state = json.loads(Path(host.data.bench_end_state).read_text(encoding="utf-8"))
system.declared(state)
checks.postfix(state)
