#!/bin/sh
# Makes an authority, and a key and a certificate for each host, in certificates/ beside this script. Keeps those that exist.
# Usage: ./certificates.sh NAME=ADDRESS...
set -eu

case $# in
  0) echo "Usage: $0 NAME=ADDRESS...   for example: $0 master1=192.168.20.41" >&2; exit 2 ;;
esac
for host; do
  case $host in
    ?*=?*) ;;
    *) echo "$0: '$host' is not NAME=ADDRESS." >&2; exit 2 ;;
  esac
done

umask 077
mkdir -p "$(dirname "$0")/certificates"
cd "$(dirname "$0")/certificates"

if [ ! -e ca.pem ]; then
  cat >ca.cnf <<EOF
[req]
distinguished_name = name
x509_extensions = authority
prompt = no
[name]
CN = quorum.mesos authority
[authority]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
EOF
  openssl req -x509 -config ca.cnf -newkey rsa:3072 -nodes -sha256 -days 3650 -keyout ca.key -out ca.new
  rm ca.cnf
  mv ca.new ca.pem
fi

for host; do
  name=${host%%=*} address=${host#*=}
  if [ -e "$name.pem" ]; then
    echo "$name.pem exists and is kept."
    continue
  fi
  case $address in
    *:*) kind=IP ;;
    *[!0-9.]*) kind=DNS ;;
    *) kind=IP ;;
  esac
  # libprocess knows RSA only.
  cat >"$name.cnf" <<EOF
[req]
distinguished_name = name
prompt = no
[name]
CN = $name
[host]
basicConstraints = critical, CA:false
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:$name, DNS:localhost, $kind:$address, IP:127.0.0.1
authorityKeyIdentifier = keyid
EOF
  openssl req -new -config "$name.cnf" -newkey rsa:2048 -nodes -keyout "$name.key" -out "$name.csr"
  # Random serial numbers need no file that remembers the last one.
  serial=$(openssl rand -hex 8)
  openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -set_serial "0x$serial" -sha256 -days 365 \
    -extfile "$name.cnf" -extensions host -out "$name.new"
  rm "$name.cnf" "$name.csr"
  mv "$name.new" "$name.pem"
done
