#!/bin/sh
# Builds the layer that the app images share: a minimal Debian from the machine's own apt sources.
# usage: recipe.sh SUITE SOURCES OUTPUT.tar
set -eu
suite=$1 sources=$2 output=$3

# Dpkg and apt options given here stay in effect for the packages that the Dockerfiles add; openjdk's postinst needs man1.
exec mmdebstrap --mode=root --variant=minbase --format=tar --quiet \
    --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --setup-hook='mkdir -p "$1/usr/share/man/man1"' \
    --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin' \
    "$suite" "$output" "$sources"
