"""Where settings come from and which one wins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.contract.repository import Repository

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("line", "accepted"),
    [
        ("pyinfra==3.10.0", True),
        ("# a comment", False),
        ("", False),
        ("-r other.txt", False),
        ("pyinfra==3.10.0 --hash=sha256:00", False),
        ("pyinfra==3.9", False),
        ("no-such-package==1", False),
    ],
)
def test_require_packages_reads_bare_requirement_lines_only(
    repository: Repository, line: str, accepted: bool
):
    repository.write("requirements.txt", f"jinja2\n{line}\n")
    repository.write(
        "config.py",
        "from pyinfra import config\nconfig.REQUIRE_PACKAGES = 'requirements.txt'\n",
    )
    repository.write("deploy.py", "from tracing import trace\ntrace('ran')")
    run = repository.pyinfra("@fake/a", "deploy.py", "-y")
    assert (run.returncode == 0) is accepted
    assert repository.trace() == (["ran"] if accepted else [])


def test_our_requirements_are_bare_lines():
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        assert str(Requirement(line)) == line


def test_a_pyinfra_of_another_minor_version_is_refused(repository: Repository):
    repository.write(
        "config.py", "from pyinfra import config\nconfig.REQUIRE_PYINFRA_VERSION = '~=3.11.0'\n"
    )
    repository.write("deploy.py", "")
    run = repository.pyinfra("@fake/a", "deploy.py", "-y")
    assert run.returncode == 1
    assert "requires ~=3.11.0" in run.stderr


@pytest.fixture
def groups(repository: Repository) -> Repository:
    """A host in `web` of the inventory `prod.py`; each key is set in its sources by their name."""
    repository.write("inventories/prod.py", 'web = [("@fake/a", {"by_host": "host"})]')
    keys = {
        "all": "by_all by_file by_group by_host by_option",
        "web": "by_file by_group by_host",
        "prod": "by_file by_host",
        "staging": "by_all",
    }
    for group, names in keys.items():
        text = "".join(f"{name} = {group!r}\n" for name in names.split())
        nested = f"nested = {{{group!r}: 1}}\n" if group != "staging" else ""
        repository.write(
            f"group_data/{group}.py", f"open('trace', 'a').write('{group}\\n')\n" + text + nested
        )
    return repository


def _data(repository: Repository) -> dict[str, object]:
    repository.write(
        "deploy.py",
        "import json\nfrom pyinfra import host\n"
        "open('data.json', 'w').write(json.dumps(host.data.dict()))\n",
    )
    run = repository.pyinfra("inventories/prod.py", "deploy.py", "-y", "--data", "by_option=option")
    assert run.returncode == 0, run.stderr
    return json.loads((repository.path / "data.json").read_text())


def test_option_beats_host_beats_file_name_group_beats_group_beats_all(groups: Repository):
    data = _data(groups)
    wanted = {"all": "all", "file": "prod", "group": "web", "host": "host", "option": "option"}
    assert {name: data[f"by_{name}"] for name in wanted} == wanted


def test_a_nested_value_is_replaced_and_not_merged(groups: Repository):
    assert _data(groups)["nested"] == {"prod": 1}


def test_the_data_of_groups_outside_the_inventory_is_executed_too(groups: Repository):
    _data(groups)
    assert "staging" in groups.trace()


def test_imported_names_stay_out_of_the_data(groups: Repository):
    groups.write("group_data/web.py", "import os\nfrom pathlib import Path\nown = 1\n")
    data = _data(groups)
    assert data["own"] == 1
    assert not {"os", "Path"} & set(data)
