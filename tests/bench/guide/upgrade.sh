#!/bin/bash
# Upstream's upgrade guide ("Virtualenv Install"), typed as it stands: upgrade.sh, as root.
#
# Departures from the page: sqlalchemy<2.1, because the unpinned set answers 500; compilemessages
# runs where it finds the catalogues, because elsewhere it fails; no question is asked.
set -euo pipefail
say() { echo "## $*"; }
as_mailman() { runuser -u mailman -- env HOME=/opt/mailman "$@"; }
cd /opt/mailman

say stop
systemctl stop mailman3
systemctl stop mailmanweb

say pip install
as_mailman venv/bin/pip install -q -U mailman postorius django-mailman3 hyperkitty mailman-web \
    'sqlalchemy<2.1'

say migrate
as_mailman venv/bin/mailman-web migrate --verbosity 0
say compress
as_mailman venv/bin/mailman-web compress > /dev/null
say collectstatic
as_mailman venv/bin/mailman-web collectstatic --noinput --verbosity 0
say compilemessages
(cd venv/lib && as_mailman ../bin/mailman-web compilemessages --verbosity 0)

say start
systemctl start mailman3
systemctl start mailmanweb
