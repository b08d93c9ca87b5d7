#!/usr/bin/env bash
# Installs what the given groups (tools, tests, browser, lab) need from the system and do not find.
# As root on Debian or a derivative with apt-get; elsewhere, and with --check first, it says in one sentence what is
# missing and the command that installs it.
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive

check=
if [[ ${1:-} == --check ]]; then
  check=1
  shift
fi

missing=()
purposes=
# group | present when this succeeds | Debian package | what for
while IFS='|' read -r group present package purpose; do
  [[ " $* " == *" $group "* ]] || continue
  if ! PATH="$PATH:/usr/sbin:/sbin" bash -c "$present" </dev/null >/dev/null 2>&1; then
    [[ " ${missing[*]:-} " == *" $package "* ]] || missing+=("$package")
    purposes+="${purposes:+, }$package ($purpose)"
  fi
done <<'TABLE'
tools|command -v git|git|ansible-test and ansible-lint ask Git for the files
tools|test -s /etc/ssl/certs/ca-certificates.crt -o -s /etc/pki/tls/certs/ca-bundle.crt|ca-certificates|pip
tools|python3 -c 'import ensurepip, venv'|python3-venv|.venv
tests|test -e /usr/share/java/zookeeper.jar|zookeeper|a local ZooKeeper for the engine under test
tests|command -v java|default-jre-headless|ZooKeeper runs on it, and ansible-rulebook, which the event source is tested with
tests|command -v haproxy|haproxy|the agent that feeds it is tested with a real one
tests|command -v named|bind9|the program that keeps names in DNS is tested with a real one
tests|command -v dig && command -v nsupdate|bind9-dnsutils|it is asked and changed as by hand
tests|/usr/bin/python3 -c 'import dns.update'|python3-dnspython|that program speaks to it with this
tests|/usr/bin/python3 -c 'import requests'|python3-requests|that program reads Mesos and Marathon with this
browser|command -v chromium|chromium|the page of the playbook status is looked at
lab|command -v dockerd|docker.io|the lab's hosts are containers
lab|command -v iptables|iptables|Docker's networks
lab|command -v mmdebstrap|mmdebstrap|the hosts' image
lab|command -v skopeo|skopeo|the images go into the lab's registry
lab|command -v gpg|gnupg|the lab signs its packages
lab|command -v ssh && command -v ssh-keygen|openssh-client|Ansible reaches the lab's hosts
lab|command -v dig|bind9-dnsutils|the lab looks the names of its apps up
TABLE

((${#missing[@]})) || exit 0

if ! command -v apt-get >/dev/null; then
  echo "Missing on this machine, by the names of Debian packages: $purposes;" \
    "there is no apt-get here, so install their counterparts and try again." >&2
  exit 1
fi
if [[ -n $check ]] || ((EUID != 0)); then
  echo "Missing on this machine: $purposes;" \
    "run as root \`apt-get install --no-install-recommends ${missing[*]}\` and try again." >&2
  exit 1
fi

# Where systemd is not the first process, a package that starts its service would leave a stray daemon or fail to
# install; the lab starts Docker itself. HAProxy and BIND are started nowhere: the tests run their own.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\ncase $1 in haproxy*|named*) exit 101 ;; esac\n[ ! -d /run/systemd/system ] && exit 101\nexit 0\n' >"$policy"
  chmod 755 "$policy"
fi
# Java's package fails without this directory, which small images leave out.
mkdir -p /usr/share/man/man1

apt() {
  timeout 1200 apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" </dev/null
}

known() {
  local package
  for package in "${missing[@]}"; do
    apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [^(]' || return 1
  done
}

echo "Installing: ${missing[*]}"
known || apt update
if ! apt install --no-install-recommends "${missing[@]}"; then
  # The package lists may be older than the mirror.
  apt update
  apt install --no-install-recommends "${missing[@]}"
fi
