"""`host/apply/files.py` on real files: what differs is seen, written, copied, put back."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.apply import files as managed_files

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to accounts, as root does")
SECRET = "Correct-horse_battery.staple"
CONTENT = "user: restadmin\nadmin_pass: @@rest_password@@\n"


class Host:
    """A small host below a directory, and the declaration for it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / "etc" / "mailman.cfg"
        self.checks: list[list[str]] = []
        self.content, self.attributes = CONTENT, ["root", "daemon", "640"]
        (root / "secrets").mkdir()
        (root / "secrets" / "rest_password").write_text(f"{SECRET}\n")

    @property
    def declared(self) -> dict[str, Any]:
        entry = {
            "content": self.content,
            "sha256": managed_files.digest(self.content),
            "attributes": self.attributes,
            "marks": ["rest_password"],
        }
        return {
            "files": {str(self.file): entry},
            "directories": {str(self.root / "etc"): ["daemon", "root", "750"]},
            "links": {str(self.root / "current"): "etc"},
            "secrets": str(self.root / "secrets"),
            "state": str(self.root / "state"),
            "copies": str(self.root / "copies"),
            "checks": self.checks,
        }

    def different(self) -> dict[str, dict[str, str]]:
        return managed_files.look(self.declared)["different"]

    def apply(self) -> None:
        managed_files.apply(self.declared)

    def copies(self) -> list[str]:
        return [path.read_text() for path in sorted((self.root / "copies").glob("*"))]


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


@pytest.fixture
def converged(host: Host) -> Host:
    host.apply()
    return host


def test_a_bare_host_lacks_everything(host: Host):
    assert {path.rpartition("/")[2]: one["why"] for path, one in host.different().items()} == {
        "mailman.cfg": "missing",
        "etc": "directory",
        "current": "link",
    }


def test_what_was_applied_does_not_differ(converged: Host):
    assert converged.different() == {}
    assert converged.file.read_text() == f"user: restadmin\nadmin_pass: {SECRET}\n"
    assert managed_files.attributes(str(converged.file)) == ["root", "daemon", "640"]
    assert managed_files.attributes(str(converged.root / "etc")) == ["daemon", "root", "750"]
    assert os.readlink(converged.root / "current") == "etc"


def test_a_second_time_nothing_is_written(converged: Host):
    before = converged.file.stat()
    converged.apply()
    after = converged.file.stat()  # reading may change its access time
    assert (after.st_ino, after.st_ctime_ns) == (before.st_ino, before.st_ctime_ns)
    assert converged.copies() == []


def test_a_hand_edit_is_shown_without_secrets_and_kept(converged: Host):
    edited = converged.file.read_text() + "# by hand\nsmtp_pass: hunter2\n"
    converged.file.write_text(edited)
    (found,) = converged.different().values()
    assert found["why"] == "edited"
    assert "# by hand" in found["text"]
    assert "admin_pass: @@rest_password@@" in found["text"]
    assert SECRET not in json.dumps(found)
    assert "hunter2" not in found["text"]
    converged.apply()
    assert converged.different() == {}
    assert converged.copies() == [edited]
    (copy,) = (converged.root / "copies").glob("*")
    assert managed_files.attributes(str(copy)) == ["root", "root", "600"]


def test_of_many_copies_the_newest_stay_and_the_first(converged: Host):
    copies = converged.root / "copies"
    copies.mkdir(exist_ok=True)
    begins = str(converged.file).strip("/").replace("/", "_")
    stamps = [f"202611{day:02}T120000" for day in range(1, 16)]
    for stamp in stamps:
        (copies / f"{begins}.{stamp}").write_text(stamp)
    others = [
        f"{begins}.bak.20261101T120000",
        f"{begins}.before-we-came",
        "main.cf.20261101T120000",
    ]
    for name in others:
        (copies / name).touch()
    converged.file.write_text("by hand\n")

    converged.apply()

    left = sorted(one.name for one in copies.iterdir() if one.name not in others)
    newest = stamps[-managed_files.KEPT_COPIES + 1 :]
    assert left[:-1] == [f"{begins}.{stamp}" for stamp in [stamps[0], *newest]]
    assert (copies / left[-1]).read_text() == "by hand\n"
    assert all((copies / name).exists() for name in others)


def test_a_new_declaration_is_no_hand_edit(converged: Host):
    converged.content = CONTENT + "more: 1\n"
    (found,) = converged.different().values()
    assert found["why"] == "outdated"


def test_a_new_secret_alone_makes_a_file_differ(converged: Host):
    (converged.root / "secrets" / "rest_password").write_text("another-secret-of-ours\n")
    assert [one["why"] for one in converged.different().values()] == ["edited"]


@pytest.mark.parametrize("attributes", [["root", "root", "640"], ["root", "daemon", "600"]])
def test_an_owner_or_mode_is_corrected(converged: Host, attributes: list[str]):
    converged.attributes = attributes
    assert [one["why"] for one in converged.different().values()] == ["attributes"]
    converged.apply()
    assert managed_files.attributes(str(converged.file)) == attributes


def test_a_failed_check_puts_every_file_back(converged: Host):
    before = converged.file.read_text()
    converged.content = CONTENT + "broken\n"
    converged.checks = [["sh", "-c", "echo line 3 is wrong; exit 1"]]
    with pytest.raises(SystemExit, match="line 3 is wrong"):
        converged.apply()
    assert converged.file.read_text() == before
    assert managed_files.attributes(str(converged.file)) == ["root", "daemon", "640"]
    assert [one["why"] for one in converged.different().values()] == ["outdated"]


def test_a_failed_check_of_a_new_file_leaves_none(host: Host):
    host.checks = [["false"]]
    with pytest.raises(SystemExit, match="false refused the new files"):
        host.apply()
    assert not host.file.exists()
    assert not (host.root / "state").exists()


def test_a_check_sees_the_new_files(converged: Host):
    converged.content = CONTENT + "more: 1\n"
    converged.checks = [["grep", "-q", "more: 1", str(converged.file)]]
    converged.apply()
    assert converged.different() == {}


def test_a_secret_that_is_missing_ends_it_before_the_file_is_touched(host: Host):
    host.content = "key: @@archiver_key@@\n"
    with pytest.raises(SystemExit, match="the secret archiver_key is not on this host"):
        host.apply()
    assert not host.file.exists()


def test_a_link_or_a_file_in_the_way_is_replaced(converged: Host):
    link = converged.root / "current"
    link.unlink()
    link.symlink_to("elsewhere")
    converged.file.unlink()
    converged.file.symlink_to("/dev/null")
    converged.apply()
    assert converged.different() == {}
    assert not converged.file.is_symlink()


def test_what_an_interrupted_run_left_does_not_block(host: Host):
    (host.root / "etc").mkdir()
    host.file.with_name(f".{host.file.name}.new").write_text("half")
    (host.root / ".current.new").symlink_to("nowhere")
    host.apply()
    assert host.different() == {}
    assert sorted(path.name for path in (host.root / "etc").iterdir()) == ["mailman.cfg"]


def test_bytes_that_are_no_text_are_seen_and_kept(converged: Host):
    converged.file.write_bytes(b"\xff\xfe by hand\n")
    (found,) = converged.different().values()
    assert found["text"] == "\ufffd\ufffd by hand\n"
    converged.apply()
    (copy,) = (converged.root / "copies").glob("*")
    assert copy.read_bytes() == b"\xff\xfe by hand\n"


def test_the_longest_secret_is_masked_first():
    secrets = {"short": "abc", "long": "abcdef", "none": ""}
    assert managed_files.masked("abcdef abc", secrets) == "@@long@@ @@short@@"


@pytest.mark.parametrize("value", [SECRET, "pass"])
def test_a_secret_that_the_file_does_not_declare_changes_nothing(converged: Host, value: str):
    (converged.root / "secrets" / "another").write_text(f"{value}\n")
    assert converged.different() == {}


def test_a_password_that_is_none_of_ours_is_hidden_too():
    for line in ("smtp_pass: x y", 'EMAIL_HOST_PASSWORD = "x y"', "api_key=x y", "url: a://b"):
        assert managed_files.shown(line).endswith("********")
    kept = "admin_pass: @@rest_password@@"
    assert managed_files.shown(kept) == kept
