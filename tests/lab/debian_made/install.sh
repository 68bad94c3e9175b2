#!/bin/bash
# Debian's own packages as README.Debian has them, with Nginx and Postfix:
# install.sh WEB_HOST DOMAIN, as root.
set -euo pipefail
web_host=$1 domain=$2
export DEBIAN_FRONTEND=noninteractive

apt-get -qq -y update
debconf-set-selections <<CONF
mailman3 mailman3/config_hyperkitty boolean true
mailman3 mailman3/dbconfig-install boolean true
mailman3 mailman3/database-type select sqlite3
mailman3-web mailman3-web/dbconfig-install boolean true
mailman3-web mailman3-web/database-type select sqlite3
mailman3-web mailman3-web/configure-webserver select nginx
mailman3-web mailman3-web/emailname string $domain
mailman3-web mailman3-web/superuser-name string admin
mailman3-web mailman3-web/superuser-mail string postmaster@$domain
mailman3-web mailman3-web/superuser-password password $(head -c 24 /dev/urandom | base64)
CONF
apt-get -qq -y install nginx postfix dbconfig-sqlite3
apt-get -qq -y install --no-install-recommends mailman3-full

sed -i "s/^site_owner: .*/site_owner: postmaster@$domain/" /etc/mailman3/mailman.cfg
cat >> /etc/mailman3/mailman-web.py <<CONF

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "$web_host"]
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"
CONF
# The package's site for Nginx has the pages at its root, as its first lines say.
sed -i "s|^base_url: .*|base_url: http://localhost/hyperkitty/|" /etc/mailman3/mailman-hyperkitty.cfg
# The packages agree on no key: the one of the pages is random, the archiver's an example.
key=$(python3 -c 'import re; print(re.search(r"""^MAILMAN_ARCHIVER_KEY *= *.(.+?).\s*$""",
    open("/etc/mailman3/mailman-web.py").read(), re.MULTILINE)[1])')
echo "s|^api_key: .*|api_key: $key|" | sed -i -f - /etc/mailman3/mailman-hyperkitty.cfg
rm -f /etc/nginx/sites-enabled/default
[ -e /etc/nginx/sites-enabled/mailman3 ] || ln -s /etc/mailman3/nginx.conf /etc/nginx/sites-enabled/mailman3
sed -i "s/server_name .*;/server_name $web_host;/" /etc/mailman3/nginx.conf

lmtp=hash:/var/lib/mailman3/data/postfix_lmtp
postconf -e 'recipient_delimiter = +' 'unknown_local_recipient_reject_code = 550' \
    'owner_request_special = no' "transport_maps = $lmtp" \
    "local_recipient_maps = proxy:unix:passwd.byname \$alias_maps $lmtp" \
    'relay_domains = hash:/var/lib/mailman3/data/postfix_domains' \
    "myhostname = $web_host" "mydestination = \$myhostname, localhost"
systemctl restart mailman3 mailman3-web nginx postfix
