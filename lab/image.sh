#!/bin/bash
# One base image: image.sh SUITE MIRROR PACKAGES DEB_CACHE FILES ROOT
# Runs in mount and process namespaces of its own, so nothing of it outlives a killed lab.
set -euo pipefail
suite=$1 mirror=$2 packages=$3 cache=$4 files=$5 root=$6
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

debootstrap --variant=minbase --include="$packages" --cache-dir="$cache" "$suite" "$root" "$mirror"
cp -r "$files/." "$root/"
chmod 700 "$root/root/.ssh"
chmod 600 "$root/root/.ssh/authorized_keys" "$root/etc/ssh/ssh_host_ed25519_key"
# Only the lab's host key is offered, so that clients know every key.
rm -f "$root"/etc/ssh/ssh_host_{rsa,ecdsa}_key{,.pub}

cp /etc/resolv.conf "$root/etc/resolv.conf"
mount --bind "$cache" "$root/var/cache/apt/archives"
inside() { chroot "$root" "$@"; }
inside update-ca-certificates
inside apt-get update
inside apt-get --yes --no-install-recommends -o Dpkg::Options::=--force-confold dist-upgrade
umount "$root/var/cache/apt/archives"

# Each machine gets its own identity at its first boot.
: > "$root/etc/machine-id"
mkdir -p "$root/var/lib/dbus"
ln -sf /etc/machine-id "$root/var/lib/dbus/machine-id"
rm -f "$root/etc/hostname" "$root/etc/resolv.conf"

# systemctl works on a tree that is not running.
inside systemctl enable systemd-networkd.service
# Unattended upgrades would hold dpkg's lock at random times.
inside systemctl mask apt-daily.timer apt-daily-upgrade.timer
# A machine has no console of its own to log in at, and /dev/console belongs to nspawn's log.
inside systemctl mask console-getty.service
mkdir -p "$root/var/cache/pip"
chmod 1777 "$root/var/cache/pip"
