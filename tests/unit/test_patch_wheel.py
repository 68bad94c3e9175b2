"""A patched wheel is exact and reproducible; a patch that does not fit is refused."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

import pytest

from mailman_suite.host.build.patch_wheel import PatchError, parsed_patch, rebuilt_wheel

METADATA = "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\nRequires-Dist: django<5.1\n\nText\n"
CODE = "".join(f"line {number}\n" for number in range(1, 9))
PATCH = """\
--- a/tiny-1.0.dist-info/METADATA
+++ b/tiny-1.0.dist-info/METADATA
@@ -1,4 +1,4 @@
 Metadata-Version: 2.1
 Name: tiny
-Version: 1.0
-Requires-Dist: django<5.1
+Version: 1.0+suite.1
+Requires-Dist: django<5.3
--- a/tiny/code.py
+++ b/tiny/code.py
@@ -1,2 +1,3 @@
 line 1
+line 1a
 line 2
@@ -6,3 +7,2 @@
 line 6
-line 7
 line 8
"""


def wheel_in(directory: Path, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """A wheel as an index would serve it."""
    wheel = directory / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", compression) as archive:
        archive.writestr("tiny/code.py", CODE)
        archive.writestr("tiny-1.0.dist-info/METADATA", METADATA)
        archive.writestr("tiny-1.0.dist-info/RECORD", "out of date")
    return wheel


def rebuilt(directory: Path, patch: str = PATCH, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """The tiny wheel with a patch, in a directory of its own."""
    directory.mkdir(exist_ok=True)
    (directory / "tiny.patch").write_text(patch, encoding="utf-8")
    (directory / "out").mkdir()
    return rebuilt_wheel(
        wheel_in(directory, compression), directory / "tiny.patch", directory / "out"
    )


def test_code_and_metadata_are_changed_as_the_patch_says(tmp_path: Path):
    with zipfile.ZipFile(rebuilt(tmp_path)) as wheel:
        code = wheel.read("tiny/code.py").decode()
        metadata = wheel.read("tiny-1.0+suite.1.dist-info/METADATA").decode()
    assert code == "line 1\nline 1a\nline 2\nline 3\nline 4\nline 5\nline 6\nline 8\n"
    assert "Version: 1.0+suite.1\nRequires-Dist: django<5.3\n\nText\n" in metadata


def test_a_patch_may_begin_with_its_reasons(tmp_path: Path):
    plain, told = rebuilt(tmp_path / "plain"), rebuilt(tmp_path / "told", f"Why: so.\n\n{PATCH}")
    assert told.read_bytes() == plain.read_bytes()


def test_names_follow_the_patched_version(tmp_path: Path):
    wheel = rebuilt(tmp_path)
    assert wheel.name == "tiny-1.0+suite.1-py3-none-any.whl"
    folders = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert folders == {"tiny", "tiny-1.0+suite.1.dist-info"}


def test_the_record_is_true(tmp_path: Path):
    own = "tiny-1.0+suite.1.dist-info/RECORD"
    with zipfile.ZipFile(rebuilt(tmp_path)) as wheel:
        recorded = {line.split(",")[0]: line for line in wheel.read(own).decode().splitlines()}
        bodies = {name: wheel.read(name) for name in wheel.namelist() if name != own}
    assert recorded.pop(own) == f"{own},,"
    assert set(recorded) == set(bodies)
    for name, body in bodies.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
        assert recorded[name] == f"{name},sha256={digest},{len(body)}"


def test_the_bytes_do_not_depend_on_time_or_on_how_upstream_packed(tmp_path: Path):
    first = rebuilt(tmp_path / "first").read_bytes()
    second = rebuilt(tmp_path / "second", compression=zipfile.ZIP_STORED).read_bytes()
    assert first == second


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("-line 7", "-line seven", "not as the patch says"),  # other content
        ("@@ -6,3 +7,2 @@", "@@ -5,3 +6,2 @@", "not as the patch says"),  # right text, wrong line
        ("@@ -6,3 +7,2 @@", "@@ -60,3 +61,2 @@", "not as the patch says"),  # beyond the end
        ("tiny/code.py", "tiny/other.py", "does not have"),
        ("+Version: 1.0+suite.1", "+Version: 1.0", "leaves the version"),
        ("+++ b/tiny/code.py", "+++ b/elsewhere.py", "expected a/PATH and b/PATH"),
        ("@@ -6,3 +7,2 @@", "@@ -6,4 +7,3 @@", "ends early"),
        ("@@ -6,3 +7,2 @@\n", "@@ -5,0 +6,1 @@\n+new\n@@ -6,3 +7,2 @@\n", "no context to check"),
        ("@@ -6,3 +7,2 @@", "@@ somewhere @@", "not a hunk header"),
        ("--- a/tiny/code", "nonsense\n--- a/tiny/code", "not part of a unified diff"),
    ],
)
def test_a_patch_that_does_not_fit_is_refused(tmp_path: Path, old: str, new: str, reason: str):
    with pytest.raises(PatchError, match=reason):
        rebuilt(tmp_path, PATCH.replace(old, new))
    assert list((tmp_path / "out").iterdir()) == []


def test_a_patch_without_a_change_is_refused():
    with pytest.raises(PatchError, match="changes nothing"):
        parsed_patch("")
