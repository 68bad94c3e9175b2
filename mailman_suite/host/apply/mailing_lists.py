"""Mail domains and mailing lists of a running Core, through its REST API.

`look`:  {"rest", "password_file", "domains": [...], "lists": [...]} -> {"missing_domains",
         "missing_lists", "missing_owners": {list: [...]}, "settings": {list: {attribute: value}},
         "stale_map": bool}; everything is missing where Core does not answer.
`apply`: the same; waits until Core answers, then creates and corrects. Nothing is ever deleted.
"""

from __future__ import annotations

import difflib
import os
import time
import urllib.error
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from mailman_suite.host.apply.core_rest import Rest, explanation, told
from mailman_suite.host.base import verbs
from mailman_suite.host.wire.mailing_lists import DeclaredList, DeclaredLists, ListsToDo, Value

Answer = TypeVar("Answer")
# Core needs about 13 seconds from its start until REST listens; a slow disk may triple that.
_PATIENCE_SECONDS = 180
_MEETING_SECONDS = 5  # for an entry that another program is making


def look(declared: DeclaredLists) -> ListsToDo:
    """What is missing or differs."""
    try:
        rest = Rest(declared["rest"], declared["password_file"])
        domains = {one["mail_host"] for one in rest.entries("domains")}
        lists = {one["fqdn_listname"] for one in rest.entries("lists")}
    except (OSError, ValueError):
        domains, lists = set(), set()
    existing = [one for one in declared["lists"] if one["address"] in lists]
    return {
        "missing_domains": [one for one in declared["domains"] if one not in domains],
        "missing_lists": [one["address"] for one in declared["lists"] if one not in existing],
        "missing_owners": named(existing, lambda one: missing_owners(rest, one)),
        "settings": named(existing, lambda one: differing(rest, one)),
        "stale_map": is_stale(declared["lmtp_map"], lists),
    }


def is_stale(path: str, lists: set[str]) -> bool:
    """Whether Postfix's map lacks one of Core's lists, or its index is older than its text.

    Core rewrites the map when a list is made; where postmap failed then, the list gets no mail.
    """
    indexes = [path + ending for ending in (".db", ".lmdb") if os.path.exists(path + ending)]
    if not indexes:
        return True
    with open(path, encoding="utf-8") as text:
        known = {line.split()[0] for line in text if "@" in line and not line.startswith("#")}
    newest = max(map(os.path.getmtime, indexes))
    return not lists <= known or newest < os.path.getmtime(path)


def named(
    lists: list[DeclaredList], question: Callable[[DeclaredList], Answer]
) -> dict[str, Answer]:
    """List address -> the answer, for those lists where there is one."""
    answers = {one["address"]: question(one) for one in lists}
    return {address: answer for address, answer in answers.items() if answer}


def list_id(declared: DeclaredList) -> str:
    """Core's List-ID of a declared list."""
    return declared["address"].replace("@", ".", 1)


def missing_owners(rest: Rest, declared: DeclaredList) -> list[str]:
    """Those declared owners that a list does not have; other owners stay."""
    if not declared["owners"]:
        return []
    found = {
        one["email"].lower() for one in rest.entries(f"lists/{list_id(declared)}/roster/owner")
    }
    return [owner for owner in declared["owners"] if owner.lower() not in found]


def differing(rest: Rest, declared: DeclaredList) -> dict[str, Value]:
    """Those declared attributes of a list that have another value now."""
    wanted = dict(declared["settings"])
    if declared["display_name"]:
        wanted["display_name"] = declared["display_name"]
    if not wanted:
        return {}
    with told(f"a question for the settings of {declared['address']}"):
        current = rest.call("GET", f"lists/{list_id(declared)}/config")
    for name in sorted(set(wanted) - set(current)):
        nearest = difflib.get_close_matches(name, current, 1, 0.0)[0]
        raise SystemExit(
            f"{declared['address']} has no setting {name} in this release of Core; the nearest is "
            f"{nearest}. To do: correct mailman_lists"
        )
    return {name: value for name, value in wanted.items() if not same(current[name], value)}


def same(current: Any, wanted: Value) -> bool:
    """Whether a value is the declared one; Core sorts the entries of some lists."""
    if isinstance(wanted, list) and isinstance(current, list):
        return sorted(current) == sorted(wanted)
    return bool(current == wanted)


def wait_for(rest: Rest) -> None:
    """Returns when Core answers; ends the program when it does not in time."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            rest.call("GET", "system/versions")
            return
        except urllib.error.HTTPError as error:
            raise SystemExit(f"Core's REST refused us: {error}") from None
        except OSError as error:
            if time.monotonic() > deadline:
                raise SystemExit(f"Core did not answer in {_PATIENCE_SECONDS} s: {error}") from None
        time.sleep(0.25)


def apply(declared: DeclaredLists) -> None:
    """Creates missing domains and lists, then sets what differs."""
    rest = Rest(declared["rest"], declared["password_file"])
    wait_for(rest)
    todo = look(declared)
    for domain in todo["missing_domains"]:
        create(rest, "domains", {"mail_host": domain})
    for one in declared["lists"]:
        if one["address"] in todo["missing_lists"]:
            create(rest, "lists", {"fqdn_listname": one["address"], "style_name": one["style"]})
            make_archivers(rest, one)
    todo = look(declared)
    for address, owners in todo["missing_owners"].items():
        add_owners(rest, address, owners)
    for address, changed in todo["settings"].items():
        with told(f"settings of {address} ({shown(changed)})"):
            rest.call("PATCH", f"lists/{address.replace('@', '.', 1)}/config", changed)
        print(f"set {', '.join(sorted(changed))} of {address}", flush=True)


def shown(changed: Mapping[str, Value]) -> str:
    """Attributes with their values, as group data has them."""
    return ", ".join(f"{name} = {value!r}" for name, value in sorted(changed.items()))


def create(rest: Rest, collection: str, entry: dict[str, str]) -> None:
    """Makes an entry.

    The program of a run that lost its controller may have made it a moment ago (400), or be making
    it now: then two transactions meet, and one of them fails (500).
    """
    try:
        rest.call("POST", collection, entry)
        print(f"created {', '.join(entry.values())} in {collection}", flush=True)
    except urllib.error.HTTPError as error:
        place = "/".join((collection, next(iter(entry.values()))))
        met = error.code == 400 or error.code >= 500
        if not (met and comes_to_exist(rest, place)):
            raise SystemExit(f"Core refused {place}: {explanation(error)}") from None


def make_archivers(rest: Rest, declared: DeclaredList) -> None:
    """A new list has the rows of its archivers before anybody else asks for them.

    Core makes them at the first question, without a unique key (mailman/model/mailinglist.py,
    ListArchiverSet): two that ask at once, such as two hosts of the web, make two rows, and from
    then on the list's page answers 500 and its messages are shunted.
    """
    with told(f"a question for the archivers of {declared['address']}"):
        rest.call("GET", f"lists/{list_id(declared)}/archivers")


def comes_to_exist(rest: Rest, place: str) -> bool:
    """Whether Core has something at this place, or gets it within some seconds."""
    deadline = time.monotonic() + _MEETING_SECONDS
    while not exists(rest, place):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.25)
    return True


def exists(rest: Rest, place: str) -> bool:
    """Whether Core has something at this place."""
    try:
        return rest.call("GET", place) is not None
    except urllib.error.HTTPError:
        return False


def add_owners(rest: Rest, address: str, owners: list[str]) -> None:
    """Makes these addresses owners; what was declared needs no confirmation."""
    for owner in owners:
        member = {"list_id": address.replace("@", ".", 1), "subscriber": owner, "role": "owner"}
        said = {"pre_verified": True, "pre_confirmed": True, "pre_approved": True}
        with told(f"{owner} as an owner of {address}"):
            rest.call("POST", "members", {**member, **said})
        print(f"made {owner} an owner of {address}", flush=True)


if __name__ == "__main__":
    verbs.main({"look": look, "apply": apply})
