"""Mistakes that operators make in what they declare about rehearsals."""

from __future__ import annotations

from tests.bad_settings import SECRET, Mistake

REHEARSALS: dict[str, Mistake] = {
    "an option in place of the host to rehearse": Mistake(
        {"mailman_rehearses": "-oProxyCommand=true"},
        "mailman_rehearses = '-oProxyCommand=true'",
        "a production host",
        "mailman_rehearses_ssh",
    ),
    "the host to rehearse with its options": Mistake(
        {"mailman_rehearses": "lists1.unit.test -p 2222"}, "-p 2222", "lists1", "options of ssh"
    ),
    "an empty option of ssh": Mistake(
        {"mailman_rehearses_ssh": ["-p", ""]}, "an empty word", '["-p", "2222"]', "remove it"
    ),
    "an option of ssh with a line end": Mistake(
        {"mailman_rehearses_ssh": ["-p\n2222"]}, "mailman_rehearses_ssh", "one line", "line breaks"
    ),
    "one text as the options of ssh": Mistake(
        {"mailman_rehearses_ssh": "-p 2222"},
        "mailman_rehearses_ssh = '-p 2222'",
        "a list in square brackets",
        "set mailman_rehearses_ssh",
    ),
    "a rehearsal that is fresh for no time": Mistake(
        {"mailman_rehearsal_days": 0},
        "mailman_rehearsal_days = 0",
        "a number of at least 1",
        "set mailman_rehearsal_days",
    ),
    "a word in place of a yes": Mistake(
        {"mailman_require_rehearsal": "yes"},
        "mailman_require_rehearsal = 'yes'",
        "True or False",
        "set mailman_require_rehearsal",
    ),
    "the key of receipts itself": Mistake(
        {"mailman_rehearsal_key": SECRET},
        "mailman_rehearsal_key is neither",
        "'env:NAME'",
        "keep secrets out of group_data",
    ),
    "a key of receipts that a host would make": Mistake(
        {"mailman_rehearsal_key": "generate"},
        "mailman_rehearsal_key is 'generate'",
        "the control machine",
        "'env:NAME'",
    ),
    "a rehearsal that would need one itself": Mistake(
        {"mailman_rehearses": "lists1.unit.test", "mailman_require_rehearsal": True},
        "rehearses lists1.unit.test and requires a rehearsal itself",
        "on production hosts only",
        "group_data/prod.py",
    ),
}
