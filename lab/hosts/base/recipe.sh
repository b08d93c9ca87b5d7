#!/bin/sh
# Builds the root file system of a lab host: Debian packages from the machine's own apt sources, nothing else.
# usage: recipe.sh SUITE SOURCES OUTPUT.tar
set -eu
suite=$1 sources=$2 output=$3
here=$(dirname "$0")

# openjdk's postinst fails without man1; the stamp on the lists makes apt's cache_valid_time refresh them the first time.
# Its own clean-up comes after the hooks and would set the stamp anew.
exec mmdebstrap --mode=root --variant=minbase --format=tar --quiet --skip=cleanup/apt/lists \
    --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --setup-hook='mkdir -p "$1/usr/share/man/man1"' \
    --include=systemd,systemd-sysv,dbus,openssh-server,python3,python3-apt,iproute2,iputils-ping,procps,curl,ca-certificates \
    --include=zookeeper,openjdk-17-jre-headless,docker.io,iptables,docker-registry,python3-kazoo,python3-requests,haproxy,keepalived,bind9,bind9-dnsutils,python3-dnspython,openssl,gnupg,nftables \
    --customize-hook="copy-in $here/lab-init /usr/local/sbin" \
    --customize-hook='chroot "$1" systemctl disable docker.service docker.socket containerd.service docker-registry.service haproxy.service keepalived.service named.service' \
    --customize-hook='chroot "$1" systemctl mask systemd-udevd.service systemd-udevd-kernel.socket systemd-udevd-control.socket systemd-modules-load.service systemd-remount-fs.service systemd-logind.service getty@.service console-getty.service getty.target apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer systemd-timesyncd.service sys-kernel-debug.mount sys-kernel-tracing.mount dev-hugepages.mount sys-fs-fuse-connections.mount' \
    --customize-hook='mkdir -p "$1/etc/systemd/journald.conf.d" && printf "[Journal]\nStorage=volatile\nRuntimeMaxUse=32M\n" >"$1/etc/systemd/journald.conf.d/lab.conf"' \
    --customize-hook='rm -f "$1"/etc/ssh/ssh_host_* "$1/etc/machine-id" && touch "$1/etc/machine-id"' \
    --customize-hook='mkdir -p "$1/etc/systemd/system/ssh.service.d" && printf "[Service]\nExecStartPre=\nExecStartPre=/usr/bin/ssh-keygen -A\n" >"$1/etc/systemd/system/ssh.service.d/lab.conf"' \
    --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin && touch -d 2000-01-01 "$1/var/lib/apt/lists"' \
    "$suite" "$output" "$sources"
