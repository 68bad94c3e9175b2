"""Every distribution on paper is either supported or refused with what to do."""

from __future__ import annotations

import re

import pytest

from mailman_suite.base.refusal import Refusal
from mailman_suite.releases.platforms import PLATFORMS, platform_of
from tests.plans.paper_hosts import PaperHost, paper_hosts


@pytest.mark.parametrize("host", paper_hosts(supported=True), ids=lambda host: host.name)
def test_a_supported_distribution_has_a_platform(host: PaperHost):
    assert platform_of(host.os_release) in PLATFORMS.values()


@pytest.mark.parametrize("host", paper_hosts(supported=False), ids=lambda host: host.name)
def test_another_distribution_is_refused_by_its_own_name(host: PaperHost):
    with pytest.raises(Refusal, match=re.escape(host.os_release["pretty_name"])):
        platform_of(host.os_release)


def test_every_platform_is_on_paper():
    planned = {platform_of(host.os_release) for host in paper_hosts(supported=True)}
    assert planned == set(PLATFORMS.values())
