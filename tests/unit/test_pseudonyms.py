"""Pseudonyms are stable, lead nowhere, and leave lists and the shape of things alone."""

from __future__ import annotations

import json
import pickle
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.pseudonyms import columns
from mailman_suite.host.pseudonyms import files as pseudonym_files
from mailman_suite.host.pseudonyms.program import Rewriting
from mailman_suite.host.pseudonyms.replacement import Pseudonyms, length_class, message_id_hash
from mailman_suite.host.pseudonyms.rewriting import Store
from mailman_suite.host.pseudonyms.stores import opened
from mailman_suite.host.pseudonyms.values import UnknownContent, path_of, pended, value

KEY = b"k" * 32


@pytest.fixture
def names() -> Pseudonyms:
    return Pseudonyms(KEY, ["Staff@lists.uni.test", "news@lists.uni.test"])


def test_one_address_has_one_pseudonym_whatever_its_capitals(names: Pseudonyms):
    plain = names.address("joe.doe@Mail.uni.test")
    assert names.address("Joe.Doe@mail.uni.test").lower() == plain.lower() != plain.upper()
    assert names.address("Joe.Doe@mail.uni.test") != names.address("joe.doe@mail.uni.test")
    assert plain.endswith(".invalid")
    assert "joe" not in plain.lower()
    assert "uni" not in plain


def test_people_of_one_domain_stay_of_one_domain(names: Pseudonyms):
    a, b, c = map(names.address, ("a@x.test", "b@x.test", "a@y.test"))
    assert len({a, b, c}) == 3
    assert a.partition("@")[2] == b.partition("@")[2] != c.partition("@")[2]


@pytest.mark.parametrize(
    "address",
    [
        "staff@lists.uni.test",
        "STAFF@lists.uni.test",
        "staff-owner@lists.uni.test",
        "news-confirm+0123abcd@lists.uni.test",
    ],
)
def test_what_is_a_lists_own_stays(names: Pseudonyms, address: str):
    assert names.address(address) == address
    assert names.addresses == set()


@pytest.mark.parametrize(
    "address",
    ["postmaster@lists.uni.test", "staff@uni.test", "news-bounces+joe=x.test@lists.uni.test"],
)
def test_what_only_looks_like_a_lists_does_not(names: Pseudonyms, address: str):
    assert names.address(address).endswith(".invalid")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("write to joe@x.test, or Jane <jane@y.test>.", "write to {}, or Jane <{}>."),
        ("https://x.test/list/staff@lists.uni.test/", "https://x.test/list/{list}/"),
        ("o'brien@x.test", "{}"),
        ("'joe@x.test'", "'{}'"),
        ("no address @ all", "no address @ all"),
    ],
)
def test_addresses_within_a_text_are_replaced_and_nothing_else(
    names: Pseudonyms, text: str, left: str
):
    found = names.embedded(text)
    shape = re.sub(r"[pP]\w{12}@d\w{8}\.invalid", "{}", found)
    assert shape == left.replace("{list}", "staff@lists.uni.test")


@pytest.mark.parametrize(
    ("pattern", "shape"),
    [
        (r"^joe\.doe@x\.test$", r"\^p\w{12}@d\w{8}\[\.\]invalid\$"),
        ("^.*@spam[.]test$", r"\^\.\*@d\w{8}\[\.\]invalid\$"),
        ("^joe[.]doe@x[.]test", r"\^p\w{12}@d\w{8}\[\.\]invalid"),
    ],
)
def test_patterns_of_bans_stay_patterns(names: Pseudonyms, pattern: str, shape: str):
    assert re.fullmatch(shape, names.embedded(pattern))
    assert names.left_in("joe.doe@x.test") == ("joe" in pattern)


def test_subjects_keep_what_ties_them_to_a_thread(names: Pseudonyms):
    first, answer = names.line("[News] Money matters"), names.line("Re: [News] Money matters")
    assert answer == f"Re: {first}"
    assert first.startswith("[News] ")
    assert "oney" not in first


@pytest.mark.parametrize("length", [0, 1, 7, 8, 17, 100, 5000, 300000])
def test_texts_and_files_have_about_their_length(names: Pseudonyms, length: int):
    for made in (names.text("ü" * length), names.data(b"\1" * length)):
        assert len(made) == length_class(length)
        assert length * 7 // 8 <= len(made) <= length


def test_ids_keep_their_brackets_and_their_hashes_follow(names: Pseudonyms):
    bare, bracketed = names.message_id("a.b@x.test"), names.message_id("<a.b@x.test>")
    assert bracketed == f"<{bare}>"
    assert message_id_hash(bare) == message_id_hash(bracketed)
    # What Core and HyperKitty made of this id on a machine of the lab.
    assert message_id_hash("<35083719725653@seed.example>") == "HXXGJEPVT5GPPUTKB64M5KSBXEYSB4SI"
    assert path_of("G23GFU") == "G2/3G/G23GFU"


def test_another_copy_has_other_pseudonyms(names: Pseudonyms):
    other = Pseudonyms(b"o" * 32, [])
    assert names.address("joe@x.test") != other.address("joe@x.test")
    assert names.name("Joe") != other.name("Joe")


def test_pickles_of_plain_data_are_looked_into_and_others_refused(names: Pseudonyms):
    kept = pickle.dumps(["staff@lists.uni.test", "^joe@x.test", {"a": "joe@x.test"}])
    found = pickle.loads(value(names, "pickle", kept))
    assert found[0] == "staff@lists.uni.test"
    assert "joe" not in repr(found)
    assert value(names, "pickle", pickle.dumps([1, "x"])) == pickle.dumps([1, "x"])
    with pytest.raises(UnknownContent, match=r"it holds pathlib\.PosixPath"):
        value(names, "pickle", pickle.dumps(Path("joe@x.test")))


def test_what_core_keeps_of_a_waiting_subscription_is_replaced(names: Pseudonyms):
    assert json.loads(pended(names, "display_name", '"J\\u00f6rg"')).startswith("Person ")
    assert json.loads(pended(names, "email", '"joe@x.test"')) == names.address("joe@x.test")
    assert pended(names, "type", "subscription") == "subscription"
    assert json.loads(pended(names, "_mod_message_id", '"<a@x.test>"')) == names.message_id(
        "<a@x.test>"
    )
    reasons = pickle.dumps(["joe@x.test is no member"]).decode("raw-unicode-escape")
    found = json.loads(pended(names, "_pck_reasons", json.dumps(reasons)))
    (said,) = pickle.loads(found.encode("raw-unicode-escape"))
    assert said == f"{names.address('joe@x.test')} is no member"


TABLES = """
CREATE TABLE hyperkitty_thread (id INTEGER PRIMARY KEY, mailinglist_id INT, thread_id VARCHAR(255));
CREATE TABLE hyperkitty_email (id INTEGER PRIMARY KEY, mailinglist_id INT, message_id VARCHAR(255),
 message_id_hash VARCHAR(255), subject VARCHAR(512), content TEXT, in_reply_to VARCHAR(255),
 sender_id VARCHAR(255), sender_name VARCHAR(255));
CREATE TABLE hyperkitty_attachment (id INTEGER PRIMARY KEY, name TEXT, content BLOB, size INT);
CREATE TABLE auth_user (id INTEGER PRIMARY KEY, username TEXT, password TEXT, email TEXT);
INSERT INTO auth_user VALUES (1, 'admin', 'pbkdf2$a', 'boss@x.test'), (2, 'joe', 'pbkdf2$j', '');
CREATE TABLE django_session (session_key TEXT, session_data TEXT);
CREATE TABLE somebodys_own (note TEXT, thing BLOB, number INT);
INSERT INTO django_session VALUES ('k', 'joe@x.test');
INSERT INTO hyperkitty_attachment VALUES (1, 'cv of joe.pdf', zeroblob(17), 17);
"""

CORE_TABLES = """
CREATE TABLE "user" (id INTEGER PRIMARY KEY, display_name TEXT, password TEXT);
CREATE TABLE address (id INTEGER PRIMARY KEY, email TEXT, _original TEXT, display_name TEXT);
INSERT INTO "user" VALUES (1, 'Joe', '{SHA512}of-joe');
INSERT INTO address VALUES (1, 'joe@x.test', 'Joe@x.test', 'Joe X');
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A part of HyperKitty's tables with more rows than are read at once, and a table of others."""
    path = tmp_path / "web.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")  # Debian's build has it on
        connection.executescript(TABLES)
        for number in range(1201):
            message_id = f"{number}@x.test"
            connection.execute(
                "INSERT INTO hyperkitty_email VALUES (?, 1, ?, ?, 's', 'to joe@x.test', ?, ?, 'J')",
                (number, message_id, message_id_hash(message_id), "0@x.test", f"p{number}@x.test"),
            )
        first = message_id_hash("0@x.test")
        connection.execute("INSERT INTO hyperkitty_thread VALUES (1, 1, ?)", (first,))
        connection.execute("INSERT INTO somebodys_own VALUES ('ask joe@x.test', NULL, 3)")
        # Long deleted, and still on a page of the file.
        kept = "CREATE TABLE old AS SELECT content || ' of old@x.test' FROM hyperkitty_email"
        connection.execute(kept)
        connection.execute("DROP TABLE old")
        connection.commit()
    return path


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    with opened({"engine": "sqlite", "path": str(database)}, "") as found:
        yield found


def selected(database: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(statement).fetchall()


def test_every_row_is_rewritten_once_and_nothing_of_it_is_left_in_the_file(
    store: Store, database: Path, names: Pseudonyms
):
    rewriting = Rewriting(store, columns.WEB, names)
    rewriting.rewrite()
    rewriting.require_nothing_left()
    store.commit()
    store.forget()
    assert b"x.test" not in database.read_bytes()
    ids = selected(database, "SELECT DISTINCT message_id FROM hyperkitty_email")
    assert len(ids) == 1201
    assert {len(one) for (one,) in ids} == {len("m" + "0" * 24 + "@invalid")}
    (name,) = selected(database, "SELECT DISTINCT sender_name FROM hyperkitty_email")
    assert name == (names.name("J"),)
    assert name[0].startswith("Person ")
    wrong = "SELECT count(*) FROM hyperkitty_email WHERE in_reply_to != ?"
    first = names.message_id("0@x.test")
    assert selected(database, wrong.replace("?", f"'{first}'")) == [(0,)]
    assert selected(database, "SELECT thread_id FROM hyperkitty_thread") == [
        (message_id_hash(first),)
    ]
    assert selected(database, "SELECT size, length(content) FROM hyperkitty_attachment") == [
        (16, 16)
    ]
    assert selected(database, "SELECT count(*) FROM django_session") == [(0,)]
    assert selected(database, "SELECT note, number FROM somebodys_own") == [
        (f"ask {names.address('joe@x.test')}", 3)
    ]


def test_the_superuser_can_still_log_in_and_nobody_else(store: Store, names: Pseudonyms):
    Rewriting(store, columns.WEB, names, frozenset({"admin"})).rewrite()
    admin, joe = store.execute("SELECT username, password, email FROM auth_user ORDER BY id")
    assert admin == ("admin", "pbkdf2$a", names.address("boss@x.test"))
    assert joe[0].startswith("user-")
    assert joe[1].startswith("!")


def test_what_core_knows_of_people_is_replaced_with_what_opens_their_accounts(
    tmp_path: Path, names: Pseudonyms
):
    path = tmp_path / "mailman.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(CORE_TABLES)
    with opened({"engine": "sqlite", "path": str(path)}, "") as store:
        Rewriting(store, columns.CORE, names).rewrite()
        ((_, name, password),) = store.execute('SELECT * FROM "user"')
        ((_, email, original, person),) = store.execute("SELECT * FROM address")
    assert (name, person) == (names.name("Joe"), names.name("Joe X"))
    assert password.startswith("!"), "nobody logs in with it"
    assert email == original.lower() == names.address("joe@x.test")


def test_without_a_commit_nothing_changed(database: Path, names: Pseudonyms):
    before = database.read_bytes()
    with opened({"engine": "sqlite", "path": str(database)}, "") as store:
        Rewriting(store, columns.WEB, names).rewrite()
    assert selected(database, "SELECT sender_id FROM hyperkitty_email LIMIT 1") == [("p0@x.test",)]
    assert len(database.read_bytes()) == len(before)


def test_an_address_where_nobody_looks_is_an_error(store: Store, names: Pseudonyms):
    store.execute("UPDATE somebodys_own SET thing = CAST('\1\2 joe@x.test' AS BLOB)")
    rewriting = Rewriting(store, columns.WEB, names)
    rewriting.rewrite()
    with pytest.raises(SystemExit, match=r"somebodys_own\.thing still holds an address"):
        rewriting.require_nothing_left()


def test_attachments_in_files_of_their_own_are_refused(store: Store, names: Pseudonyms):
    store.execute("UPDATE hyperkitty_attachment SET content = NULL")
    with pytest.raises(SystemExit, match="HYPERKITTY_ATTACHMENT_FOLDER"):
        Rewriting(store, columns.WEB, names).rewrite()


def test_a_file_with_an_address_is_named(tmp_path: Path, names: Pseudonyms):
    names.address("joe@x.test")
    (tmp_path / "fine").write_bytes(b"x" * (1 << 20) + b"jane@x.test")
    pseudonym_files.require_nothing_left(tmp_path, names)
    # On the border of two parts that are read one after the other.
    (tmp_path / "left").write_bytes(b"\0" * ((1 << 20) - 3) + b"JOE@x.test\0")
    with pytest.raises(SystemExit, match="left still holds an address"):
        pseudonym_files.require_nothing_left(tmp_path, names)


def test_stored_messages_are_where_their_new_ids_lead(tmp_path: Path, names: Pseudonyms):
    old = tmp_path / "var/messages/G2/3G/G23GFU"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"joe@x.test " * 100)
    stored = [("G2/3G/G23GFU", "<a@x.test>"), ("5A/PV/gone", "<b@x.test>")]
    done = pseudonym_files.apply(
        str(tmp_path / "var"), str(tmp_path / "web"), names, stored, Message
    )
    (found,) = [path for path in (tmp_path / "var/messages").rglob("*") if path.is_file()]
    assert done["stored_messages"] == 1
    message = pickle.loads(found.read_bytes())
    assert message["Message-ID"] == names.message_id("<a@x.test>")
    assert str(found).endswith(path_of(message["X-Message-ID-Hash"]))
    assert 900 < found.stat().st_size < 1600


def test_without_cores_interpreter_nothing_is_begun():
    with pytest.raises(SystemExit, match="run this with the interpreter of the suite's release"):
        pseudonym_files.core_message()


def test_digests_and_templates_are_replaced_and_queues_emptied(tmp_path: Path, names: Pseudonyms):
    post = "\1\1\1\1\nFrom: joe@x.test\nMessage-ID: <a@x.test>\n\nDear all\n\1\1\1\1\n"
    files = {
        "var/lists/staff/digest.1.1.mmdf": post * 2,
        "var/templates/lists/staff/en/x.txt": "Ask joe@x.test, größe\n",
        "var/queue/shunt/1.pck": "joe@x.test",
        "web/fulltext_index/MAIN": "joe@x.test",
        "web/logs/x.log": "joe@x.test",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = pseudonym_files.apply(str(tmp_path / "var"), str(tmp_path / "web"), names, [], Message)
    assert (done["digests"], done["templates"], done["files_emptied"]) == (2, 1, 3)
    digest = (tmp_path / "var/lists/staff/digest.1.1.mmdf").read_text()
    assert digest.count("Message-ID: <m") == 2
    assert "Dear" not in digest
    assert (tmp_path / "var/queue/shunt").is_dir()
    text = (tmp_path / "var/templates/lists/staff/en/x.txt").read_text(encoding="utf-8")
    assert text == f"Ask {names.address('joe@x.test')}, größe\n"
