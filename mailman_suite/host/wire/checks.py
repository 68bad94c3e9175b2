"""What the programs of `host/check/` are asked, and what they observe.

What could not be observed is an `Unobserved` in the place of its observation.
"""

from __future__ import annotations

from typing import TypedDict, final

from mailman_suite.host.wire.connections import SchemaQuestion
from mailman_suite.host.wire.web_identity import DeclaredIdentity


@final
class Unobserved(TypedDict):
    """Why there is no answer."""

    error: str


class CoreQuestion(TypedDict):
    """Where Core's REST API, LMTP server and configuration are; `venv` is what it runs from."""

    rest: str
    password_file: str
    config: str
    venv: str
    loopback: str
    lmtp_port: int
    smtp_port: int


class Rest(TypedDict):
    """[status, number of entries] of each collection, and addresses of lists and domains."""

    collections: dict[str, tuple[int, int | None]]
    lists: list[str]
    domains: list[str]


class Runners(TypedDict):
    """Runner -> number of its processes as configured, runner -> their ages, ages of masters.

    Ages are in seconds.
    """

    configured: dict[str, int]
    running: dict[str, list[int]]
    masters: list[int]


class Smtp(TypedDict):
    """Postfix's greeting, and its answer to each address as a recipient."""

    greeting: str
    recipients: dict[str, str]


class Routes(TypedDict):
    """The first lists without a way to Core, and those unknown; whether local users are known."""

    unrouted: list[str]
    unknown: list[str]
    root: bool


class CoreObservations(TypedDict):
    """What Core and Postfix show; `lmtp` is the greeting of Core's LMTP server."""

    rest: Rest | Unobserved
    runners: Runners | Unobserved
    lmtp: str | Unobserved
    smtp: Smtp | Unobserved
    postfix: Routes | Unobserved


class QueuesQuestion(TypedDict):
    """Core's directory."""

    var: str


class QueueObservations(TypedDict):
    """[messages, seconds since the oldest came] of each queue and of the archiver's spool.

    `held` has the same of all queues that a window set aside.
    `failed` has [messages since Core started, older ones] of queues that wait for a person.
    """

    queues: dict[str, list[int]]
    held: list[int]
    spool: list[int]
    failed: dict[str, list[int]]


class PagesQuestion(TypedDict):
    """How the pages of `host` are reached, at `port` of the address `loopback`."""

    host: str
    scheme: str
    port: int
    loopback: str


class WebQuestion(PagesQuestion):
    """Paths, patterns of further ones that pages link to, those of the archiver's interface."""

    pages: list[str]
    links: list[str]
    favicon: str
    api: str
    api_below: list[str]
    archiver_config: str


class _Page(TypedDict):
    status: int
    type: str
    title: str
    whole: bool
    files: list[str]


class Page(_Page, total=False):
    """A page that was fetched; `type` is its content type, `whole` whether it came to its end.

    `links` stays on the host.
    """

    links: list[str]


Static = tuple[int, str, int]  # status, content type, length


class Api(TypedDict):
    """The statuses of the archiver's interface."""

    with_key: int
    with_wrong_key: int
    through_proxy: list[int]


class WebObservations(TypedDict):
    """Pages by path, files by URL."""

    pages: dict[str, Page | Unobserved]
    files: dict[str, Static | Unobserved]
    api: Api | Unobserved


class EdgeQuestion(TypedDict):
    """Where the edge's Postfix listens, addresses that it knows, and domains of lists."""

    loopback: str
    smtp_port: int
    known: list[str]
    domains: list[str]


class EdgeObservations(TypedDict):
    """The greeting, and the answer to each address as a recipient."""

    greeting: str | Unobserved
    known: dict[str, str] | Unobserved
    unknown: dict[str, str] | Unobserved


class IndexQuestion(TypedDict):
    """The file that asks for a search index, and the unit that fills it."""

    wanted: str
    unit: str


class SystemQuestion(TypedDict):
    """Units, timer -> its job, and paths; `ours` are the services that run the release's code,
    `stamps` the files that are written when it changes, in the directory `sides`, and `servers`
    names of units of database servers."""

    services: list[str]
    ours: list[str]
    servers: list[str]
    jobs: dict[str, str]
    venv: str
    releases: str
    sides: str
    stamps: dict[str, str]
    static: str
    private: list[str]
    secrets: str
    index: IndexQuestion


class Processes(TypedDict):
    """Number of processes by unit, and sentences on those of another release."""

    count: dict[str, int]
    stale: list[str]


class ReleaseLinks(TypedDict):
    """The directories of the current release and of its static files, and the files' stamp."""

    current: str
    static: str
    stamp: str


class IndexState(TypedDict):
    """Whether a search index is requested, `ActiveState/SubState` of its unit, its last line."""

    wanted: bool
    state: str
    said: str


Attributes = tuple[str, str, str, int]  # owner, group, octal mode, bytes


# Program of `host/` -> its arguments, as far as the host's role has to do with it.
Questions = TypedDict(
    "Questions",
    {
        "check.core": CoreQuestion,
        "check.queues": QueuesQuestion,
        "check.web": WebQuestion,
        "check.system": SystemQuestion,
        "check.edge": EdgeQuestion,
        "state.schema": SchemaQuestion,
        "apply.web_identity": DeclaredIdentity,
    },
    total=False,
)
