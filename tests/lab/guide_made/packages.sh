#!/bin/bash
# The first half of upstream's virtualenv guide: packages.sh DATABASE SETUPTOOLS, as root.
# /tmp/set.txt holds versions from the time of this Core that ran together.
set -euo pipefail
database=$1 setuptools=$2
export DEBIAN_FRONTEND=noninteractive
as_mailman() { runuser -u mailman -- env HOME=/opt/mailman "$@"; }

apt-get -qq -y update
apt-get -qq -y install build-essential python3-dev python3-venv sassc lynx \
    gettext nginx postfix cron
if [ "$database" = postgresql ]; then
    apt-get -qq -y install postgresql
fi

useradd --create-home --home-dir /opt/mailman --shell /usr/bin/bash mailman
chmod 755 /opt/mailman
echo 'source /opt/mailman/venv/bin/activate' >> /opt/mailman/.bashrc
cd /opt/mailman
as_mailman python3 -m venv venv
as_mailman venv/bin/pip install -q --upgrade pip wheel "$setuptools"
# The set is whole: pip would only look for other ways to arrive at it, for minutes with old ones.
as_mailman venv/bin/pip install -q --no-deps --requirement /tmp/set.txt
as_mailman venv/bin/pip check
