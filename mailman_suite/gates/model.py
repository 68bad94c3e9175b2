"""What a gate is, and what it answers about one host. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from mailman_suite.host.wire.survey import Readable, SuiteSurvey
from mailman_suite.releases.catalogue import Release
from mailman_suite.settings import Settings

# fine: nothing to do; window: done while the services are stopped, or right after; acknowledge: the
# operator has to acknowledge it in group data; stop: this upgrade cannot begin.
Verdict = Literal["fine", "window", "acknowledge", "stop"]

SUITE = "suite"  # the component of gates that look at all packages together
ANY = "any"  # the version of a gate that every change of its component crosses

# Data changes in the window, and after it. The window decides what each one does.
MARK_BOUNCES_PROCESSED = "mark_bounces_processed"
REMOVE_CRON_JOBS = "remove_cron_jobs"  # those of `gates_jobs.doubled`
REBUILD_INDEX = "rebuild_index"  # after the window: it takes minutes to hours


@dataclass(frozen=True)
class Crossing:
    """One component of one host that changes from one version to another.

    `survey` is the fact `facts.survey.Survey`; `before` is "" where
    the component is not installed.
    """

    survey: SuiteSurvey
    settings: Settings
    release: Release
    before: str
    after: str

    def declared(self, section: str, key: str) -> str | None:
        """What group data puts into this place of mailman.cfg; None where it does not."""
        value = self.settings.core_config.get(section, {}).get(key)
        return None if value is None else str(value)

    def standing(self, section: str, key: str) -> str | None:
        """What the host's present mailman.cfg says in this place; None where it says nothing."""
        return self.survey["core_config"].get(section, {}).get(key)

    def set_for_web(self, name: str) -> bool:
        """Whether group data sets this Django setting."""
        return name in self.settings.web_settings

    def web_setting(self, name: str) -> Any:
        """What group data sets this Django setting to; None where it does not."""
        return self.settings.web_settings.get(name)

    def standing_web(self, name: str) -> Any:
        """What the host's own settings file sets this Django setting to; None where it does not."""
        return self.survey["web_settings"].get(name)


@dataclass(frozen=True)
class Answer:
    """What a gate found on a host, and what happens, or has to be done, because of it."""

    verdict: Verdict
    found: str
    then: str
    changes: tuple[str, ...] = ()


def fine(found: str, then: str = "nothing to do") -> Answer:
    """The trap does not exist here, or it does no harm."""
    return Answer("fine", found, then)


def window(found: str, then: str, *changes: str) -> Answer:
    """The run deals with it."""
    return Answer("window", found, then, changes)


def acknowledge(found: str, then: str, *changes: str) -> Answer:
    """The operator has to decide; `then` begins with what to do."""
    return Answer("acknowledge", found, then, changes)


def stop(found: str, then: str) -> Answer:
    """Nothing may begin before `then` is done."""
    return Answer("stop", found, then)


@dataclass(frozen=True)
class Gate:
    """A known trap between two versions of a component.

    It applies to a host that is upgraded from below `version` (and not from below `since`) to
    `version` or beyond. `needs` names what the survey must have been able to read; where it was
    not, the gate stops the run.
    """

    name: str
    component: str
    version: str
    trap: str
    expects: str
    source: str
    asks: Callable[[Crossing], Answer]
    since: str = ""
    needs: tuple[Readable, ...] = ()

    @property
    def crossing(self) -> str:
        """The component, with the version that is crossed where it is one: `mailman 3.3.1`."""
        return self.component if self.version == ANY else f"{self.component} {self.version}"


@dataclass(frozen=True)
class NotAGate:
    """A trap of upstream's history that nothing can fall into here, and why."""

    name: str
    component: str
    version: str
    trap: str
    because: str
    source: str


@dataclass(frozen=True)
class Finding:
    """One gate's answer for one host."""

    gate: Gate
    before: str
    after: str
    verdict: Verdict
    found: str
    then: str
    changes: tuple[str, ...] = ()
    acknowledged: bool = False
