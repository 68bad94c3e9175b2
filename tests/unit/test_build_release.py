"""A release directory counts only when its stamp does, and nothing downloaded runs as root.

That real releases come out of a build is seen on real machines, in the lab tier.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from mailman_suite.host.base.account import Account, CommandError
from mailman_suite.host.base.files import write_durably
from mailman_suite.host.base.release_tree import (
    STAMP,
    give_to_root,
    is_complete,
    only_builder,
    sync_all,
)
from mailman_suite.host.build import release as build_release
from mailman_suite.host.build.assets import Assets, build_settings, switch
from mailman_suite.host.build.release import Build

ROOT = Path(__file__).parents[2]
BUILD = "3.3.10-py3.11-0123456789ab"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="changes user and owner: run as root")


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """A build that was asked for and has not begun."""
    (tmp_path / "inputs").mkdir()
    return Build(
        tmp_path / "inputs", tmp_path / "releases" / BUILD, sys.executable, "nobody", BUILD
    )


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """An ordinary user with a scratch directory that it can reach."""
    shared = Path(tempfile.gettempdir())
    for folder in (tmp_path, *tmp_path.parents):
        if folder.is_relative_to(shared) and folder != shared:
            folder.chmod(0o755)
    account = Account("nobody", tmp_path / "scratch")
    account.directory(account.scratch)
    return account


def test_a_directory_without_a_stamp_is_not_complete(build: Build):
    assert not is_complete(build.release_dir, BUILD)
    build.release_dir.mkdir(parents=True)
    assert not is_complete(build.release_dir, BUILD)


@pytest.mark.parametrize("stamp", ["", '{"identifier', json.dumps({"identifier": "another"})])
def test_a_stamp_that_is_torn_or_anothers_does_not_count(build: Build, stamp: str):
    build.release_dir.mkdir(parents=True)
    (build.release_dir / STAMP).write_text(stamp)
    assert not is_complete(build.release_dir, BUILD)


def test_a_stamped_directory_is_left_alone(build: Build, capsys: pytest.CaptureFixture[str]):
    order = {"release_dir": str(build.release_dir), "python": "/none", "user": "nobody"}
    order["built_by_pip"] = []
    (build.inputs / "build.json").write_text(json.dumps({**order, "identifier": BUILD}))
    build.release_dir.mkdir(parents=True)
    write_durably(build.release_dir / STAMP, json.dumps({"identifier": BUILD}))
    (build.release_dir / "venv").mkdir()
    assert build_release.main([str(build.inputs)]) == 0
    assert capsys.readouterr().out == f"{BUILD} is complete already\n"
    assert (build.release_dir / "venv").is_dir()


@as_root
def test_what_an_interrupted_build_left_is_removed(build: Build, account: Account):
    (build.release_dir / "venv" / "bin").mkdir(parents=True)
    (build.release_dir / "venv" / "bin" / "python").write_text("half a file")
    (build.inputs / "packages.lock").write_text("pins")
    missing = Build(build.inputs, build.release_dir, "/no/such/python", "nobody", BUILD)
    with pytest.raises(CommandError, match="/no/such/python is not on this host"):
        build_release.begin(missing, 0)
    assert not (build.release_dir / "venv" / "bin").exists()
    assert (build.release_dir / "packages.lock").read_text() == "pins"


def test_root_is_refused_as_the_account_for_downloaded_code(tmp_path: Path):
    with pytest.raises(CommandError, match="which is root"):
        Account("root", tmp_path)


def test_an_account_that_does_not_exist_is_named(tmp_path: Path):
    with pytest.raises(CommandError, match="user no-such-user does not exist"):
        Account("no-such-user", tmp_path)


@as_root
def test_commands_run_without_roots_rights_and_without_our_environment(
    account: Account, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SECRET", "of the operator")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    said = account.run("/bin/sh", "-c", 'id -u; id -G; pwd; echo "$SECRET|$HTTPS_PROXY"; umask')
    assert said.splitlines() == [
        *(str(account.uid), str(account.gid), str(account.scratch)),
        *("|http://proxy:3128", "0022"),
    ]


@as_root
def test_a_failed_command_tells_its_last_words(account: Account):
    with pytest.raises(CommandError, match=r"ended with status 3:\nno compiler") as failed:
        account.run("/bin/sh", "-c", "echo no compiler >&2; exit 3")
    assert "/bin/sh -c" in str(failed.value)


def test_a_second_builder_waits_until_the_first_ends(tmp_path: Path):
    waiter = f"""
import sys
import tempfile
from pathlib import Path
from mailman_suite.host.base.files import write_durably
from mailman_suite.host.base.release_tree import only_builder
only_builder(Path({str(tmp_path / BUILD)!r}))
print("mine")
"""
    with only_builder(tmp_path / BUILD):
        second = subprocess.Popen(
            [sys.executable, "-u", "-c", waiter], cwd=ROOT, stdout=subprocess.PIPE, bufsize=0
        )
        assert second.stdout is not None
        assert second.stdout.readline().startswith(b"waiting for an earlier build")
        says_more, _, _ = select.select([second.stdout], [], [], 0.3)
        assert not says_more
    assert second.stdout.read() == b"mine\n"
    assert second.wait() == 0


@as_root
def test_a_finished_tree_is_roots_and_nobody_elses(tmp_path: Path, account: Account):
    tree = account.directory(tmp_path / "tree")
    outside = tmp_path / "outside"
    outside.write_text("not ours")
    outside.chmod(0o666)
    account.run("/bin/sh", "-c", f"umask 0; cd {tree}; mkdir a; echo > a/b; ln -s {outside} link")
    (tree / "a" / "b").chmod(0o4777)
    give_to_root(tree)
    for path in (tree, tree / "a", tree / "a" / "b", tree / "link"):
        assert path.lstat().st_uid == 0
    assert [oct(path.stat().st_mode & 0o7777) for path in (tree / "a" / "b", outside)] == [
        "0o755",
        "0o666",
    ]
    with pytest.raises(CommandError):
        account.run("/usr/bin/touch", tree / "a" / "new")


@as_root
def test_tests_of_packages_are_removed_and_nothing_that_is_only_called_so(
    tmp_path: Path, account: Account
):
    packages = account.directory(tmp_path / "packages")
    kept = ["a/tests.py", "a/testing/b.py", "a/test/c.py", "tests_of/d.py"]
    script = "for f; do mkdir -p $(dirname $f); echo > $f; done; ln -s $0 a/tests_link"
    files = [packages / one for one in (*kept, "a/tests/e.py", "a/tests/tests/f.py", "tests/g.py")]
    account.run("/bin/sh", "-c", f"cd {packages}; {script}", packages / "a" / "test", *files)
    build_release.remove_tests(packages, account)
    left = (one.relative_to(packages) for one in packages.rglob("*.py"))
    assert sorted(map(str, left)) == sorted(kept)
    build_release.remove_tests(packages, account)  # where there are none


def test_a_disk_that_did_not_take_a_release_is_told(tmp_path: Path):
    sync_all(tmp_path)
    with pytest.raises(OSError, match="missing was not brought to the disk: "):
        sync_all(tmp_path / "missing")


def assets_of(release_dir: Path, digest: str) -> Assets:
    """Static files for some settings."""
    return Assets(release_dir, Path("/etc/site/settings.py"), "nobody", digest)


def test_the_link_moves_to_the_new_static_files_and_keeps_the_ones_before(tmp_path: Path):
    for digest in ("a" * 64, "b" * 64, "c" * 64):
        assets = assets_of(tmp_path, digest)
        assets.target.mkdir()
        switch(assets)
        assert assets.link.resolve() == assets.target
    assert sorted(path.name for path in tmp_path.glob("static-*")) == [
        f"static-{letter * 12}" for letter in "bc"
    ]


def test_the_build_reads_the_sites_settings_but_has_no_database(tmp_path: Path):
    site = tmp_path / "site_settings.py"
    site.write_text(
        "STATIC_URL = '/s/'\nDATABASES = {'default': {'PASSWORD': 'x'}}\nLOGGING = {1: 1}\n"
    )
    assets = Assets(tmp_path, site, "nobody", "a" * 64)
    built: dict[str, object] = {}
    sys.path.insert(0, str(tmp_path))
    exec(build_settings(assets), built)
    sys.path.remove(str(tmp_path))
    assert built["STATIC_URL"] == "/s/"
    assert built["STATIC_ROOT"] == str(tmp_path / ("static-" + "a" * 12))
    assert built["DATABASES"] == {"default": {"ENGINE": "django.db.backends.dummy"}}
    assert built["LOGGING"] == {}
