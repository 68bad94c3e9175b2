"""What a step declares about files travels in two parts: the question and the answer's contents."""

from __future__ import annotations

import json

from mailman_suite.base import layout
from mailman_suite.base.declared_files import DeclaredFiles, Directory, ManagedFile, difference

SITE = DeclaredFiles(
    files=(ManagedFile("/etc/a.conf", "key: @@rest_password@@\n", "root", "mailman", "640"),),
    directories=(Directory("/etc/a.d", mode="750"),),
    links={"/a": "b"},
    checks=(("true", "-t"),),
)


def test_the_question_holds_no_content():
    asked = SITE.without_content()
    assert "key: " not in json.dumps(asked["files"])
    assert asked["files"]["/etc/a.conf"]["marks"] == ["rest_password"]
    assert asked["files"]["/etc/a.conf"]["attributes"] == ["root", "mailman", "640"]
    assert asked["directories"] == {"/etc/a.d": ["root", "root", "750"]}
    assert asked["links"] == {"/a": "b"}


def test_the_declaration_holds_the_question_and_the_contents():
    sent, asked = SITE.with_content(), SITE.without_content()
    assert sent["files"]["/etc/a.conf"]["content"] == "key: @@rest_password@@\n"
    del sent["files"]["/etc/a.conf"]["content"]
    assert {key: sent[key] for key in asked} == asked
    assert sent["checks"] == [["true", "-t"]]
    assert sent["copies"] == layout.COPIES


def test_two_concerns_are_one_question():
    other = DeclaredFiles(
        files=(ManagedFile("/etc/b.conf", ""),), links={"/c": "d"}, checks=(("false",),)
    )
    both = SITE + other
    assert [one.path for one in both.files] == ["/etc/a.conf", "/etc/b.conf"]
    assert both.directories == SITE.directories
    assert both.links == {"/a": "b", "/c": "d"}
    assert both.checks == (("true", "-t"), ("false",))


def test_a_digest_changes_with_the_text_alone():
    one, same, other = (ManagedFile(path, text) for path, text in ("ax", "bx", "ay"))
    assert one.sha256 == same.sha256 != other.sha256


def test_a_difference_reads_from_the_host_to_the_declaration():
    lines = list(difference("/etc/a", "same\nby hand\n", "same\ndeclared\n"))
    assert lines[0].strip() == "--- /etc/a on the host"
    assert lines[1].strip() == "+++ /etc/a declared"
    assert lines[-2:] == ["-by hand", "+declared"]
