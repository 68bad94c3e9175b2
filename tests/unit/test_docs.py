"""The documents name what exists, in plain English; each rule is shown to catch what it forbids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from mailman_suite.checks import edge, verification

ROOT = Path(__file__).parents[2]
RUNBOOK = ROOT / "docs" / "runbooks" / "something-is-broken.md"
PLAN = ROOT / "tests" / "plans" / "golden" / "debian-12-sqlite.txt"
FOLDERS = (".", "docs", "docs/runbooks", "docs/decisions", "releases/*")
DOCUMENTS = sorted(page for folder in FOLDERS for page in ROOT.glob(f"{folder}/*.md"))
DRAWINGS = sorted((ROOT / "docs").glob("*.svg"))
SENTENCES = [one.sentence for one in (*verification.CHECKS, *edge.CHECKS)]
# What a manual does not say; the better words are in docs/architecture.md and CONTRIBUTING.md.
FORBIDDEN = (
    r"\b(is|are|was) at it\b",
    r"\b(go|goes|went|going) back\b",
    r"\bway back\b",
    r"\b(is|are) there\b",
    r"\bcomes\b",
    r"\bwhoever\b",
    r"\bof each [\w ]+ the (first|newest)\b",
    r"\bgroup data (say|have|name|declare|give|install|ask)\b",
    r"\b(Postfix|Nginx)'(?!s)",
    r"\bpromises?\b",
    r"\b(the|a|one) look\b",
    r"\b(your|operator's|a) word\b",
    r"\bwindow word\b",
    r"\b(strikes?|struck)\b",
    r"\bmend(s|ed|ing)?\b",
    r"\banew\b",
)
# The repository's folders whose files pages name in backticks, and that are not the host's.
CODE = ("mailman_suite", "deploys", "tests", "lab", "releases", "templates", "group_data", "docs")
_FILE = re.compile(r"(?![/.])[\w./+-]*\w\.(?:py|j2|md|svg|sh)")


def rows(text: str) -> list[str]:
    """The first cells of the rows below the table's title `check`."""
    table = text.partition("\n| check |")[2].partition("\n\n")[0].splitlines()[2:]
    return [row.split("|")[1].strip() for row in table]


def unlike(sentences: Iterable[str], text: str) -> list[str]:
    """Checks without a row, and rows without a check."""
    return sorted({*sentences} ^ {*rows(text)})


def anchors(text: str) -> set[str]:
    """The fragments that headings have on GitHub."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def dead_links(page: Path, text: str) -> Iterator[str]:
    """Relative links that lead to no file, or to no heading of it."""
    for link in re.findall(r"\]\((?![a-z]+:)([^)\s]+)\)", text):
        place, _, fragment = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if not target.exists():
            yield link
        elif fragment:
            headings = anchors(target.read_text(encoding="utf-8") if place else text)
            yield from [] if fragment in headings else [link]


def commands(text: str) -> Iterator[str]:
    """What stands between backticks, and each line of a block of code."""
    for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL):
        yield from block.splitlines()
    without = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    yield from re.findall(r"^ {4,}(.+)$", without, re.MULTILINE)
    yield from re.findall(r"`([^`\n]+)`", without)


def unknown_targets(text: str, makefile: str) -> set[str]:
    """What a page calls as `make X` and the Makefile does not have."""
    known = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = (re.findall(r"\bmake ([a-z][a-z-]*)", one) for one in commands(text))
    return {target for targets in named for target in targets} - known


def unknown_files(text: str) -> set[str]:
    """Files of this repository that a page names in backticks and that do not exist."""
    named = {one for one in re.findall(r"`([^`\n]+)`", text) if _FILE.fullmatch(one)}
    return {one for one in named if not _exists(one)}


def _exists(name: str) -> bool:
    if "/" in name or (ROOT / name).exists():
        return (ROOT / name).exists() or (ROOT / "mailman_suite" / name).exists()
    return any(next((ROOT / folder).rglob(f"{name}*"), None) for folder in CODE)


def bad_english(text: str) -> list[str]:
    """Forbidden phrases of a page, except in the sentences of checks, which are the code's."""
    for sentence in SENTENCES:
        text = text.replace(sentence, "")
    flat = " ".join(text.split())
    found = (re.finditer(pattern, flat, re.IGNORECASE) for pattern in FORBIDDEN)
    return [one[0] for matches in found for one in matches]


def operations(plan: str) -> set[str]:
    """`Step | name` of each operation in a plan, without a release's digest."""
    found = re.findall(r"^ *([A-Z]\w+ \| .*?)(?:  +.*)?$", plan, re.MULTILINE)
    return {re.sub(r"(-py[\d.]+-)(DIGEST|[0-9a-f]{12})\b", r"\1", one) for one in found}


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def test_each_check_has_a_row_and_each_row_a_check():
    assert unlike(SENTENCES, read(RUNBOOK)) == []


@pytest.mark.parametrize("page", DOCUMENTS, ids=named)
def test_a_page_names_what_exists(page):
    text = read(page)
    assert list(dead_links(page, text)) == []
    assert unknown_targets(text, read(ROOT / "Makefile")) == set()
    assert unknown_files(text) == set()


@pytest.mark.parametrize("page", [*DRAWINGS, *DOCUMENTS], ids=named)
def test_english_is_plain(page):
    assert bad_english(read(page)) == []


def test_every_page_is_in_the_index():
    index = read(ROOT / "docs" / "README.md")
    pages = [page for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "decisions"]
    missing = [one.name for one in pages if f"({one.relative_to(ROOT / 'docs')})" not in index]
    assert missing == ["README.md"]


def test_the_readmes_plan_is_what_a_plan_prints():
    shown = operations(read(ROOT / "README.md").partition("Detected changes:")[2])
    assert len(shown) == 10
    assert shown <= operations(read(PLAN))


def test_the_rules_about_names_catch_what_they_forbid():
    page = "\n| check | meaning |\n| --- | --- |\n| It runs | so |\n\n| Other | table |\n"
    assert unlike(["It runs"], page) == []
    assert unlike(["It walks"], page) == ["It runs", "It walks"]
    links = "# A b'c\n[a](#a-bc) [b](nowhere.md) [c](test_docs.py#x) [d](#y) [e](https://x.test/z)"
    assert list(dead_links(Path(__file__), links)) == ["nowhere.md", "test_docs.py#x", "#y"]
    calls = "`make a`, make sure\n\n    make b X=1\n\n```\nmake c  # c\n```\n"
    assert unknown_targets(calls, "a: ## a\n") == {"b", "c"}
    files = "`base/layout.py` `layout.py` `/etc/x.py` `base/gone.py` `gone.py`"
    assert unknown_files(files) == {"base/gone.py", "gone.py"}


def test_the_rules_about_words_catch_what_they_forbid():
    assert bad_english("Postfix'\nmap; Postfix's map") == ["Postfix'"]
    assert bad_english("It goes\nback.") == ["goes back"]
    plan = "    Step | b is x-py3.11-0123456789ab   1 (h)  -\nStep | c\n    $ A | command\n"
    assert operations(plan) == {"Step | b is x-py3.11-", "Step | c"}
