"""The lab does what it says, on real machines."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import testinfra

from lab import LabError, hours, images, layers, machines, network, records
from lab.machines import Machine
from tests.lab.conftest import MakeMachine

REPOSITORY = Path(__file__).parents[2]
LAYER = "lab-selftest"
_EVERY_SECOND = {
    "/etc/systemd/system/every-second.timer": (
        "[Timer]\nOnCalendar=*:*:*\nAccuracySec=1us\nRandomizedDelaySec=1\nPersistent=true\n"
    ),
    "/etc/systemd/system/every-second.service": (
        "[Service]\nType=oneshot\nExecStart=touch /run/it-was-started\n"
    ),
}


@pytest.fixture(scope="module")
def machine(new_module_machine: MakeMachine) -> Machine:
    return new_module_machine()


@pytest.mark.parametrize("suite", images.SUITES)
def test_a_machine_of_each_suite_is_a_running_debian_server(
    new_machine: MakeMachine, suite: str
) -> None:
    machine = new_machine(suite=suite)
    host = testinfra.get_host(machine.testinfra_address)

    assert machine.wait_booted() == "running"
    assert host.system_info.codename == suite
    assert host.check_output("hostname --fqdn") == machine.full_name
    assert host.addr(machine.full_name).ipv4_addresses == [machine.address]
    assert host.service("ssh").is_running
    assert host.mount_point("/sys/fs/cgroup").filesystem == "cgroup2"
    assert len(host.file("/etc/machine-id").content_string.strip()) == 32


@pytest.mark.parametrize("suite", images.SUITES)
def test_nothing_starts_on_a_machine_because_of_the_hour(
    new_machine: MakeMachine, suite: str
) -> None:
    machine = new_machine(suite=suite)
    for path, text in _EVERY_SECOND.items():
        machine.run(f"install -D -m 644 /dev/stdin {path}", stdin=text)
    stamps = "/var/lib/systemd/timers"
    machine.run(f"mkdir -p {stamps} && touch -d yesterday {stamps}/stamp-every-second.timer")
    machine.run("systemctl daemon-reload && systemctl start every-second.timer")
    time.sleep(3)

    shown = machine.run("systemctl show -P NextElapseUSecRealtime every-second.timer").stdout
    due = datetime.strptime(shown.strip(), "%a %Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
    assert due > datetime.now(UTC) + timedelta(hours=1), "it has a next time, and not soon"
    assert machine.run("test -e /run/it-was-started", check=False).returncode == 1
    machine.run("systemctl start every-second.service && test -e /run/it-was-started")


def test_cron_begins_its_day_when_the_machine_is_made(machine: Machine) -> None:
    zone = machine.run(f"sed -n s/^Environment=//p /{hours.CRON}").stdout.strip()

    assert machine.run(f"{zone} date +%H").stdout.strip() == "09"


def test_a_machine_without_a_system_runs_an_ssh_server_and_nothing_else() -> None:
    name = "without-system"
    try:
        machine = machines.up_without_system(name, ["-o", "PrintMotd=no"])

        assert machine.run("hostname").stdout.strip() == name
        assert machine.run("cat /proc/2/comm").stdout.strip() == "sshd"
        assert "systemd" not in machine.run("cat /proc/[0-9]*/comm").stdout
        assert machine in machines.running()
    finally:
        machines.down(name)
    assert machine not in machines.running()


def test_a_machine_installs_packages_from_its_mirror(machine: Machine) -> None:
    machine.run("apt-get install --yes --no-install-recommends tree")

    assert machine.run("tree --version").returncode == 0


def test_packages_are_downloaded_once_for_all_machines(
    machine: Machine, new_machine: MakeMachine
) -> None:
    machine.run("apt-get install --yes --no-install-recommends --download-only bc")

    other = new_machine()

    install = "apt-get install --yes --no-install-recommends --no-download bc"
    assert other.run(install).returncode == 0


def test_packets_to_the_world_fit_through_the_way_out(machine: Machine) -> None:
    size = machine.run("cat /sys/class/net/host0/mtu").stdout

    assert int(size) == network.mtu()


def test_a_bound_directory_can_be_read_and_not_written(
    new_machine: MakeMachine, tmp_path: Path
) -> None:
    (tmp_path / "word").write_text("from the box")

    machine = new_machine(binds=[f"{tmp_path}:/mnt"])

    assert machine.run("cat /mnt/word").stdout == "from the box"
    assert machine.run("touch /mnt/other", check=False).returncode != 0


def test_clones_have_the_layer_and_not_each_others_writes(new_machine: MakeMachine) -> None:
    layer = layers.cached(LAYER, ["clones"], lambda builder: _write(builder, "/srv/common", "old"))
    one, two = new_machine(layer=layer), new_machine(layer=layer)

    _write(one, "/srv/common", "new")

    assert one.run("cat /srv/common").stdout == "new"
    assert two.run("cat /srv/common").stdout == "old"
    assert one.address != two.address
    ids = [clone.run("hostname; cat /etc/machine-id").stdout for clone in (one, two)]
    assert ids[0] != ids[1]
    with pytest.raises(LabError, match="in use by test-"):
        layers.prune([layer])


def test_a_clone_can_rename_a_directory_of_its_layer(new_machine: MakeMachine) -> None:
    layer = layers.cached(LAYER, ["clones"], lambda builder: _write(builder, "/srv/common", "old"))
    clone = new_machine(layer=layer)

    clone.run('python3 -c \'import os; os.rename("/srv", "/srv2")\'')

    assert clone.run("cat /srv2/common").stdout == "old"


def test_a_layer_is_built_once_for_the_same_inputs(tmp_path: Path) -> None:
    builds: list[str] = []
    wanted = tmp_path / "wanted"
    wanted.write_text("one")

    first = layers.cached(LAYER, [wanted], lambda builder: builds.append(builder.name))
    again = layers.cached(LAYER, [wanted], lambda builder: builds.append(builder.name))
    wanted.write_text("two")
    changed = layers.cached(LAYER, [wanted], lambda builder: builds.append(builder.name))

    assert first == again != changed
    assert len(builds) == 2
    assert not {record.name for record in records.machines()} & set(builds)
    layers.prune([first, changed])


def test_a_failed_build_leaves_neither_layer_nor_machine() -> None:
    builds: list[str] = []

    def fail(builder: Machine) -> None:
        builds.append(builder.name)
        builder.run("false")

    with pytest.raises(subprocess.CalledProcessError):
        layers.cached(LAYER, ["failing"], fail)

    assert len(builds) == 1
    assert records.machine(builds[0]) is None
    digest = builds[0].removeprefix("build-")
    assert not [name for name in records.layers() if name.endswith(digest)]


def test_a_machine_goes_on_after_a_snapshot(new_machine: MakeMachine) -> None:
    machine, layer = new_machine(), f"{LAYER}-running"
    _write(machine, "/srv/kept", "before")
    machine.snapshot(layer)

    try:
        assert machine.run("cat /srv/kept").stdout == "before"
        with pytest.raises(LabError, match="expected a new name"):
            machine.snapshot(layer)
        assert machine.is_running(), "a refused snapshot stops nothing"
    finally:
        machine.down()
        layers.prune([layer])


def test_a_power_cut_stops_everything_and_keeps_what_was_synced(new_machine: MakeMachine) -> None:
    machine = new_machine()
    _write(machine, "/srv/kept", "synced")
    machine.run("sync; systemd-run --property=ExecStop='/bin/touch /srv/goodbye' sleep infinity")

    machine.power_cut()
    assert not machine.is_running()
    machine.boot()

    assert machine.run("cat /srv/kept").stdout == "synced"
    assert machine.run("test -e /srv/goodbye", check=False).returncode == 1
    assert machine.wait_booted() == "running"


def test_a_shut_down_machine_says_goodbye(new_machine: MakeMachine) -> None:
    machine = new_machine()
    machine.run("systemd-run --property=ExecStop='/bin/touch /srv/goodbye' sleep infinity")

    machine.shut_down()
    assert not machine.is_running()
    machine.boot()

    assert machine.run("test -e /srv/goodbye", check=False).returncode == 0


def test_a_network_cut_silences_a_machine_until_it_is_mended(machine: Machine) -> None:
    machine.network_cut()
    with pytest.raises(subprocess.TimeoutExpired):
        machine.run("true", timeout=2)

    machine.network_repair()
    assert machine.run("cat /sys/class/net/host0/carrier").stdout.strip() == "1"


def test_an_existing_machine_is_not_mistaken_for_another(machine: Machine) -> None:
    with pytest.raises(LabError, match="expected another"):
        machines.up(machine.name, suite="trixie")


def test_the_inventory_lists_running_machines_by_suite(
    machine: Machine, new_machine: MakeMachine
) -> None:
    off = new_machine()
    off.power_cut()

    groups = runpy.run_path(str(REPOSITORY / "inventories" / "lab.py"))

    names = [name for name, _ in groups["bookworm"]]
    assert machine.name in names
    assert off.name not in names


def test_pyinfra_reaches_a_machine_through_the_inventory(machine: Machine) -> None:
    argv = ["-m", "pyinfra", "inventories/lab.py", "--limit", machine.name, "-y", "exec"]
    done = subprocess.run(
        [sys.executable, *argv, "--", "hostname"], cwd=REPOSITORY, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert re.search(rf"\[{machine.name}\]\s+{machine.name}\n", done.stdout + done.stderr)


def _write(machine: Machine, path: str, text: str) -> None:
    machine.run(f"cat > {path}", stdin=text)
