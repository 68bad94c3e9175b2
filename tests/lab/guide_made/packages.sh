#!/bin/bash
# The first half of upstream's virtualenv guide: packages.sh DATABASE PYTHON, as root.
# /tmp/constraints.txt holds a set of versions from the time of this Core that ran together.
set -euo pipefail
database=$1 python=$2
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
as_mailman "$python" -m venv venv
as_mailman venv/bin/pip install -q --upgrade pip wheel 'setuptools<81'
as_mailman venv/bin/pip install -q --constraint /tmp/constraints.txt mailman postorius hyperkitty \
    django-mailman3 mailman-hyperkitty mailman-web psycopg2-binary whoosh uwsgi
