"""A suite that somebody made by hand, asked as its users and its administrator would."""

from __future__ import annotations

import configparser
import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.lab.installed import DOMAIN, LIST
from tests.lab.suites import Suite, eventually

_ASK_CORE = Path(__file__).parent / "guide_made" / "ask_core.py"


class HandmadeSuite(Suite):
    """The same questions as to a suite of ours, with the secrets where that owner wrote them."""

    def secrets(self) -> dict[str, str]:
        """Every secret of the host by the name that it has with us."""
        core = configparser.ConfigParser(interpolation=None, strict=False)
        core.read_string(self.run("cat /etc/mailman3/mailman.cfg"))
        archiver = configparser.ConfigParser(interpolation=None)
        archiver.read_string(self.run("cat /etc/mailman3/mailman-hyperkitty.cfg"))
        key = self.run("grep -e '^SECRET_KEY = ' /etc/mailman3/settings.py").strip()
        return {
            "rest_password": core["webservice"]["admin_pass"],
            "archiver_key": archiver["general"]["api_key"],
            "django_secret_key": key.removeprefix("SECRET_KEY = '").removesuffix("'"),
            "superuser_password": self.run("cat /root/superuser"),
        }

    def rest(
        self, method: str, path: str, fields: Mapping[str, Any] | None = None
    ) -> tuple[int, Any]:
        """Status and answer of Core's REST API, asked on the host itself; status 0: no answer."""
        question = json.dumps([method, path, fields])
        program = shlex.quote(_ASK_CORE.read_text(encoding="utf-8"))
        status, answer = json.loads(self.run(f"python3 -c {program}", stdin=question))
        return status, answer

    def add_list(self) -> None:
        """The mail domain and the list exist, as the administrator's first clicks make them."""
        eventually(lambda: self.rest("GET", "domains")[0] == 200, "Core's REST answers")
        assert self.rest("POST", "domains", {"mail_host": DOMAIN})[0] == 201
        assert self.rest("POST", "lists", {"fqdn_listname": LIST})[0] == 201
