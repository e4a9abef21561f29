#!/bin/sh
# install-packages.sh GROUP...: installs the Debian packages of tools/packages/GROUP.txt that are missing, as root or
# through sudo. Where neither is possible, prints the one line to run and exits 1. Nothing missing costs one dpkg-query.
# A line "PACKAGE unless COMMAND" is for programs that may have come another way (npm with another maker's nodejs).
set -eu
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || { echo "usage: tools/install-packages.sh GROUP..." >&2; exit 2; }
files=
for group in "$@"; do
    [ -f "tools/packages/$group.txt" ] || { echo "install-packages.sh: no tools/packages/$group.txt" >&2; exit 2; }
    files="$files tools/packages/$group.txt"
done
# shellcheck disable=SC2086 # a list of names without blanks
wanted=$(sed 's/#.*//' $files | while read -r package word command; do
    [ -n "$package" ] || continue
    if [ "$word" = unless ] && command -v "$command" >/dev/null 2>&1; then continue; fi
    echo "$package"
done | sort -u)

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "install-packages.sh: this is no Debian system; what is needed goes by these names there:" >&2
    # shellcheck disable=SC2086
    echo "  "$wanted >&2
    exit 0
fi

# shellcheck disable=SC2016,SC2086 # the format is dpkg's; the list is split on purpose
installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p' | sort -u)
missing=$(printf '%s\n%s\n' "$wanted" "$installed" | sed '/^$/d' | sort | uniq -u | tr '\n' ' ')
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then as_root=
elif sudo -n true 2>/dev/null; then as_root="sudo -n"
else
    echo "Some Debian packages are missing, and this user may not install them. Run this, then try again:" >&2
    echo "  sudo apt-get update && sudo apt-get install --yes --no-install-recommends $missing" >&2
    exit 1
fi

echo "installing: $missing" >&2
apt="env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600"
# shellcheck disable=SC2086
$as_root $apt update >&2
# shellcheck disable=SC2086
$as_root $apt install --yes --no-install-recommends $missing >&2
