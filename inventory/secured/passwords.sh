#!/bin/sh
# Writes group_vars/all/vault.yml beside this script, with a random password for each variable. Never overwrites one.
set -eu

umask 077
cd "$(dirname "$0")/group_vars/all"
if [ -e vault.yml ]; then
  echo "$PWD/vault.yml exists and is kept." >&2
  exit 1
fi
# Also where openssl is missing or fails: no half of a file stays, and none with empty passwords.
trap 'rm -f vault.new' EXIT
{
  echo "---"
  for name in zookeeper_super zookeeper_mesos zookeeper_marathon mesos_agents mesos_marathon mesos_operator marathon; do
    password=$(openssl rand -hex 20)
    echo "vault_${name}_password: $password"
  done
} >vault.new
mv vault.new vault.yml
