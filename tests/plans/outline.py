"""A plan without what has tests of its own and what differs from run to run."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.plans.plan import Action, Input, Operation, Plan, Upload

ARCHIVE = "<an archive>"
_LEFT_OUT = ("content", "sha256", "salt")


def outline(plan: Plan) -> Plan:
    """The plan without files' texts, random salts, archives' sizes and digests.

    Templates, locks and the programs that build a release may change without changing it.
    """
    operations = [
        Operation(_steady(one.name), tuple(map(_outlined, one.actions)), one.noop)
        for one in plan.operations
    ]
    return Plan(plan.host, operations, plan.facts_asked)


def _outlined(action: Action) -> Action:
    if isinstance(action, Input):
        return Input(json.dumps(_without_texts(action.document)))
    if isinstance(action, Upload):
        content = ARCHIVE if "\0" in action.content else _steady(action.content)
        return Upload(action.destination, content, action.mode)
    return _steady(action)


def _without_texts(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _without_texts(one) for key, one in document.items() if key not in _LEFT_OUT}
    if isinstance(document, list):
        return [_without_texts(one) for one in document]
    return _steady(document) if isinstance(document, str) else document


def _steady(text: str) -> str:
    for pattern, shown in (
        (r"(?<=-py3\.\d)(\d?)-[0-9a-f]{12}\b", r"\1-DIGEST"),
        (r"\b[0-9a-f]{64}\b", "SHA256"),
        (r"<\d+ bytes>", ARCHIVE),
        (r"(FileDownloadCommand\(\S+), \S+/", r"\1, "),
    ):
        text = re.sub(pattern, shown, text)
    return text
