#!/bin/bash
# debian-root.sh MIRROR SUITE DEST PACKAGE...
# Unpacks packages of any Debian suite, with everything they need (libc included), into the folder DEST.
# Needs no root: apt works on a private state beside DEST, nothing of the host's apt or dpkg is touched, and
# what is unpacked runs through DEST's own dynamic loader. A second run finds DEST complete and does nothing.
set -euo pipefail
mirror=$1 suite=$2 dest=$3
shift 3

mkdir -p "$(dirname "$dest")"
exec 9> "$dest.lock"
flock 9 # two test runs may want the same folder at once
[ -e "$dest/.complete" ] && exit 0

architecture=$(dpkg --print-architecture)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || { echo "$keyring is missing: install debian-archive-keyring" >&2; exit 1; }
state=$dest.apt
rm -rf "$dest" "$dest.partial" "$state"
mkdir -p "$state"/{lists/partial,cache/archives/partial,etc/preferences.d,etc/apt.conf.d}
mkdir -p "$dest.partial"/{tmp,dev,proc,usr/bin,usr/sbin,usr/lib,usr/lib64}
for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$dest.partial/$folder"; done
echo "deb [signed-by=$keyring] $mirror $suite main" > "$state/etc/sources.list"

# What only maintainer scripts need, or modules that are never loaded: counted as installed, so never fetched.
unwanted='adduser passwd base-passwd debconf debconf-2.0 cdebconf dpkg perl perl-base perl-modules-5.32 libperl5.32
  perl-modules-5.42 libperl5.42 perlapi-5.32.0 init-system-helpers lsb-base sysvinit-utils gnupg gpgconf dirmngr gpg
  gpg-agent gpgsm libgpgme11 libgpgme45 pci.ids libpci3 tzdata login login.defs libpam-modules libpam-modules-bin
  libpam0g libjack-jackd2-0 libportaudio2 freetds-common libsybdb5 libsnmp40 libsnmp45 libsnmp-base libpq5 libsensors5
  libsensors-config libasound2t64 libasound2 libasound2-data readline-common ca-certificates'
for package in $unwanted; do
  printf '%s\n' "Package: $package" 'Status: install ok installed' 'Priority: optional' 'Section: misc' \
    'Maintainer: nobody <nobody@invalid>' 'Architecture: all' 'Multi-Arch: foreign' 'Version: 999:1' \
    'Description: not wanted here' ''
done > "$state/status"

{
  # The way out of this machine (proxies, certificates) is the host's own.
  apt-config dump --format '%F "%v";%n' 2> /dev/null | grep -iE '^Acquire::(http|https|ftp|tor)::' || true
  cat << CONF
Dir::Etc "$state/etc"; Dir::Etc::sourcelist "$state/etc/sources.list"; Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null"; Dir::Etc::preferencesparts "$state/etc/preferences.d";
Dir::Etc::netrc "/etc/apt/auth.conf"; Dir::Etc::netrcparts "/etc/apt/auth.conf.d"; Dir::Etc::Trusted "/dev/null";
Dir::State "$state"; Dir::State::lists "$state/lists"; Dir::State::status "$state/status"; Dir::Log "$state";
Dir::Cache "$state/cache"; Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";
APT::Architecture "$architecture"; APT::Architectures:: "$architecture"; APT::Sandbox::User "";
APT::Install-Recommends "false"; APT::Keep-Downloaded-Packages "true"; Acquire::Languages "none";
Acquire::Retries "5"; Acquire::http::Timeout "30"; Acquire::https::Timeout "30";
CONF
  # An archived suite's dates are long over and a machine's clock may run ahead of a moving one; signatures still hold.
  echo 'Acquire::Check-Valid-Until "false"; Acquire::Check-Date "false";'
} > "$state/apt.conf"
export APT_CONFIG=$state/apt.conf LC_ALL=C
apt-get -qq update
apt-get -qq -y --download-only -o Debug::NoLocking=1 -o DPkg::Pre-Install-Pkgs::= install "$@"

unpack='dpkg-deb --fsys-tarfile "$1" | tar -xf - -C "$0" --no-same-owner --keep-directory-symlink \
  --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale'
find "$state/cache/archives" -name '*.deb' -print0 | xargs -0 -n1 -P"$(nproc)" sh -c "$unpack" "$dest.partial"
# Some libraries' links are made by ldconfig alone, when they are installed.
"$(command -v ldconfig || echo /sbin/ldconfig)" -n "$dest.partial"/usr/lib/*-linux-gnu*
mv "$dest.partial" "$dest"
rm -rf "$state"
touch "$dest/.complete"
