"""Running machines of the lab (`python -m lab up NAME`), grouped by Debian suite.

A run changes all of them, those of tests and of other people too: choose with `--limit NAME`, as in
`.venv/bin/pyinfra inventories/lab.py --limit NAME deploys/mailman.py`.
"""

from lab import access, machines


def _host(machine: machines.Machine) -> tuple[str, dict[str, object]]:
    return machine.name, {
        **access.pyinfra_data(machine.address),
        "mailman_web_host": f"{machine.name}.lab.test",
        # localhost: for a browser on another computer, through a tunnel.
        "mailman_web_aliases": [machine.address, "localhost"],
        "mailman_domains": [f"lists.{machine.name}.lab.test"],
        "mailman_lists": [{"address": f"hello@lists.{machine.name}.lab.test"}],
    }


def _of_suite(suite: str) -> list[tuple[str, dict[str, object]]]:
    return [_host(machine) for machine in machines.running() if machine.suite == suite]


bookworm = _of_suite("bookworm")
trixie = _of_suite("trixie")
bullseye = _of_suite("bullseye")
