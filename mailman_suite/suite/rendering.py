"""Turns templates into the text of files. Pure: no host is asked, secrets stay marks."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.base.repository import ROOT
from mailman_suite.parts.chosen import search
from mailman_suite.parts.database.chosen import all_services
from mailman_suite.suite.suite import Suite

# What a mistake in a template can raise besides Jinja's own errors.
_MISTAKES = (TemplateError, ArithmeticError, LookupError, TypeError, ValueError)
TEMPLATES = ROOT / "templates"


def rendered(path: str, suite: Suite) -> str:
    """The text of the file at `path` on the host, from the template at the same path.

    Raises `Refusal` for a missing template, a missing variable or a mistake in the template.
    """
    name = f"{path.lstrip('/')}.j2"
    try:
        return _environment().get_template(name).render(**_variables(suite))
    except _MISTAKES as error:
        raise Refusal(
            found=f"templates/{name}: {type(error).__name__}: {error}",
            expected=f"a template that uses {', '.join(_variables(suite))} only",
            remedy="correct the template; nothing was sent to the host",
        ) from None


def _variables(suite: Suite) -> dict[str, Any]:
    names = [suite.settings.web_host, *suite.settings.web_aliases]
    scheme = "https" if suite.settings.tls_certificate else "http"
    return {
        "settings": suite.settings,
        "release": suite.release,
        "layout": layout,
        "search": search(),
        "database_services": " ".join(all_services()),
        "python": suite.python,
        "proxy": suite.proxy,
        "wsgi": suite.wsgi,
        "mta": suite.mta,
        "scheme": scheme,
        "origins": [f"{scheme}://{name}" for name in names],
        "server_names": " ".join(names),
    }


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # these are configuration files, not pages
    )
    environment.filters["python"] = repr
    environment.filters["core_value"] = core_value
    return environment


def core_value(value: str | int | bool) -> str:
    """A value as Core's ini files spell it; further lines are indented to belong to it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip().replace("\n", "\n  ")
