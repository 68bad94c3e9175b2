"""uWSGI, as upstream's guide has it."""

from __future__ import annotations

from mailman_suite.base import layout
from mailman_suite.parts.wsgi.model import WsgiServer

_CONFIGURATION = f"{layout.ETC}/uwsgi.ini"

ANSWER = WsgiServer(
    name="uwsgi",
    title="uWSGI",
    configuration=_CONFIGURATION,
    start=f"{layout.BIN}/uwsgi --ini {_CONFIGURATION}",
    unit_type="notify",  # it says when it listens
)
