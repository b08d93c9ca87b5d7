"""A newer version of the Docker that a host has: one byte more, and scripts that restart it."""

from __future__ import annotations

from typing import Any

SCRIPT = r"""
set -e
package=docker.io; newer=@VERSION@
directory=/root/docker-$([ -n "$newer" ] && echo given || echo newer); root=$directory/root
version=$(dpkg-query --show --showformat='${Version}' $package)
newer=${newer:-$version+newer1}
rm -rf $directory && mkdir -p $root/DEBIAN
dpkg-query --listfiles $package | while read -r path; do
  if [ -e "$path" ] && [ ! -d "$path" ]; then echo "$path"; fi
done | tar --create --hard-dereference --no-recursion --files-from=- | tar --extract --directory=$root
for script in preinst postinst prerm postrm conffiles; do
  if [ -f /var/lib/dpkg/info/$package.$script ]; then cp /var/lib/dpkg/info/$package.$script $root/DEBIAN/$script; fi
done
sed -i 's/deb-systemd-invoke start/deb-systemd-invoke restart/' $root/DEBIAN/postinst
dpkg-query --status $package | sed -e '/^Status:/d' -e "s/^Version: .*/Version: $newer/" \
  -e '/^Conffiles:/,/^[^ ]/{/^Conffiles:/d;/^ /d}' >$root/DEBIAN/control
for program in $root/usr/sbin/dockerd $root/usr/bin/dockerd; do
  if [ -f $program ]; then echo >>$program; fi
done
dpkg-deb --root-owner-group -Znone --build $root $directory/docker.io_newer.deb >/dev/null
rm -rf $root
cd $directory
{ dpkg-deb --field docker.io_newer.deb
  echo Filename: ./docker.io_newer.deb
  echo Size: $(stat --format=%s docker.io_newer.deb)
  echo SHA256: $(sha256sum docker.io_newer.deb | cut -d' ' -f1); } >Packages
echo "deb [trusted=yes] file:$directory ./" >/etc/apt/sources.list.d/$(basename $directory).list
apt-get update -o Dir::Etc::sourcelist=sources.list.d/$(basename $directory).list -o Dir::Etc::sourceparts=- \
  -o APT::Get::List-Cleanup=0 >/dev/null
echo $newer
"""


def offer(shell: Any, version: str = "") -> str:
    """The version, which the host's package manager knows from now on: a newer one, or the one that is given."""
    return str(shell.check_output(SCRIPT.replace("@VERSION@", version))).split()[-1]


__all__ = ["offer"]
