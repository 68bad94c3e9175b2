"""A release is kept for the next host only while it is what its builder packed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mailman_suite.releases.catalogue import RELEASES
from mailman_suite.suite.release_archives import digest_file, intact_digest, keep, remove_unknown

CONTENT = b"a release"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def fetched(folder: Path, content: bytes = CONTENT) -> Path:
    """An archive as it comes from a host, with the digest that was taken there."""
    archive = folder / ".release.tar.gz.lists"
    archive.write_bytes(content)
    digest_file(archive).write_text(f"{SHA256}  /var/lib/staging/release.tar.gz\n")
    return archive


def test_an_intact_archive_is_kept_with_its_digest(tmp_path: Path):
    kept = tmp_path / "release.tar.gz"
    keep(fetched(tmp_path), kept)
    assert intact_digest(kept) == SHA256
    assert sorted(path.name for path in tmp_path.iterdir()) == [kept.name, f"{kept.name}.sha256"]


def test_an_archive_that_came_incomplete_is_not_kept(tmp_path: Path):
    keep(fetched(tmp_path, CONTENT[:-1]), tmp_path / "release.tar.gz")
    assert list(tmp_path.iterdir()) == []


def test_no_archive_is_nothing_to_warn_about(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    assert intact_digest(tmp_path / "release.tar.gz") is None
    assert caplog.text == ""


@pytest.mark.parametrize("damage", ["truncated", "without its digest", "with an empty digest"])
def test_a_damaged_archive_counts_for_nothing_and_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
):
    archive = fetched(tmp_path)
    if damage == "truncated":
        archive.write_bytes(CONTENT[:-1])
    elif damage == "without its digest":
        digest_file(archive).unlink()
    else:
        digest_file(archive).write_text("")
    assert intact_digest(archive) is None
    assert f"{archive} does not match its checksum" in caplog.text


def test_only_archives_of_the_releases_of_now_stay(tmp_path: Path):
    release = RELEASES["3.3.10"]
    known = [f"{release.identifier(python)}-debian-12" for python in release.pythons]
    older = [f"{one.rpartition('-py')[0]}-py3.11-0123456789ab-debian-12" for one in known[:1]]
    for name in (*known, *older, ".fetched-by-another-host"):
        (tmp_path / f"{name}.tar.gz").touch()
        (tmp_path / f"{name}.tar.gz.sha256").touch()
    (tmp_path / "notes.txt").touch()

    remove_unknown(tmp_path)

    left = {path.name.partition(".tar")[0] for path in tmp_path.iterdir()}
    assert left == {*known, ".fetched-by-another-host", "notes.txt"}
