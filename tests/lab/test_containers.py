"""A host on which Mailman lives in containers is recognised by a real tool's answer, and left."""

from __future__ import annotations

import pytest

from tests.lab import installed
from tests.lab.conftest import MakeMachine

pytestmark = pytest.mark.full

# Images come from no registry: a name and a container are all that is asked for.
_CONTAINERS = """set -e
mkdir -p /etc/containers
cat > /etc/containers/storage.conf <<'END'
[storage]
driver = "vfs"
runroot = "/run/containers/storage"
graphroot = "/var/lib/containers/storage"
END
apt-get -q update
DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends podman crun
tar -cf /tmp/empty.tar --files-from /dev/null
podman import -q /tmp/empty.tar docker.io/maxking/mailman-core:0.5
podman create --name lists-core docker.io/maxking/mailman-core:0.5 /init
"""


def test_mailman_in_containers_is_refused_untouched(new_machine: MakeMachine) -> None:
    machine = new_machine(suite="bookworm")
    machine.run(_CONTAINERS)

    refused = installed.converge(machine, installed.DECLARED)

    assert refused.returncode != 0
    assert "Mailman in containers: lists-core (docker.io/maxking/mailman-core:0.5)" in (
        refused.stdout
    )
    assert "was not touched" in refused.stdout
    assert "'Docker images'" in refused.stdout.replace("\n", " ")
    assert machine.run("ls -d /opt/mailman", check=False).returncode != 0
