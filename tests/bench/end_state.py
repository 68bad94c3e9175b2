"""The end state of a host as plain values, for a deploy that knows nothing of our code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lab.machines import Machine
from mailman_suite.base import layout
from mailman_suite.facts.inspection import HostInspection
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import question, suite_of
from mailman_suite.parts.mta.postfix import PARAMETERS
from mailman_suite.suite import files as suite_files
from mailman_suite.suite.suite import Suite

_SERVICES = (
    *(layout.CORE_UNIT, layout.WEB_UNIT, layout.QCLUSTER_UNIT),
    *("nginx.service", "postfix.service"),
)


@contextmanager
def written(host: Machine, data: Mapping[str, Any]) -> Iterator[Path]:
    """A JSON file that describes the converged host; it names copies of the rendered files.

    The copies hold the host's secrets, so they are for their owner alone and gone at the end.
    """
    suite = _suite(host, data)
    with TemporaryDirectory() as directory:
        state = {
            "packages": list(suite.packages),
            "python": suite.python,
            "directories": [
                vars(one) for one in suite_files.directories(suite.settings).directories
            ],
            "files": list(_copies(suite, _secrets(host), Path(directory))),
            "links": {
                layout.VENV: f"{suite.release_directory}/venv",
                **suite_files.proxy(suite).links,
            },
            "units": [*_SERVICES, *suite_files.timers(suite)],
            "postfix": _postfix(host),
            "site": suite.settings.web_host,
            "superuser": suite.settings.superuser_name,
            "lists": [one.address for one in suite.settings.lists],
        }
        path = Path(directory, "end_state.json")
        path.write_text(json.dumps(state), encoding="utf-8")
        yield path


def _suite(host: Machine, data: Mapping[str, Any]) -> Suite:
    settings = declared_settings(dict(data))
    fact = HostInspection()
    said = host.run(fact.command(question(settings)).get_raw_value()).stdout
    return suite_of(settings, fact.process(said.splitlines()))


def _secrets(host: Machine) -> dict[str, str]:
    listing = host.run(f"cd {layout.SECRETS} && grep -H '' *").stdout
    return dict(line.split(":", 1) for line in listing.splitlines())


def _copies(suite: Suite, secrets: Mapping[str, str], directory: Path) -> Iterator[dict[str, str]]:
    """Each declared file with the copy of its text, secrets filled in as on the host."""
    for number, one in enumerate(suite_files.installed(suite).files):
        copy = directory / str(number)
        text = re.sub(r"@@(\w+)@@", lambda mark: secrets[mark[1]], one.content)
        copy.write_text(text, encoding="utf-8")
        attributes = {"user": one.owner, "group": one.group, "mode": one.mode}
        yield {"source": str(copy), "path": one.path, **attributes}


def _postfix(host: Machine) -> dict[str, str]:
    """The parameters that concern Mailman, by name."""
    lines = host.run(f"postconf {' '.join(PARAMETERS)}").stdout.splitlines()
    return {name: value for name, _, value in (line.partition(" = ") for line in lines)}
