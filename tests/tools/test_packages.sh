#!/bin/bash
# Proves what tools/install-packages.sh does on machines that it is not run on here: with stand-ins for dpkg-query, id, sudo
# and apt-get in front of the path.
set -u
cd "$(dirname "$0")/../.." || exit 2
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/tools/packages" "$tree/bin"
cp tools/install-packages.sh "$tree/tools/"
printf '# a remark\nlibone-dev\nlibtwo-dev # why\n\n' >"$tree/tools/packages/build.txt"
printf 'three\nfour unless four-command\nlibone-dev\n' >"$tree/tools/packages/test.txt"
number=0

stand_in() { # stand_in NAME <script
    { echo '#!/bin/sh'; cat; } >"$tree/bin/$1"
    chmod +x "$tree/bin/$1"
}

result() { # result STATUS NAME
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; printf '# %s\n' "$said"; fi
}

machine() { # machine USER SUDO PACKAGE...: who runs it, whether sudo works, what is installed
    echo "echo $1" | stand_in id
    { echo "[ $2 = yes ] || exit 1; shift; exec \"\$@\""; } | stand_in sudo
    # shellcheck disable=SC2016 # for the stand-in to expand
    echo 'shift 2; for p in "$@"; do case " '"${*:3}"' " in *" $p "*) echo "installed $p";; esac; done' | stand_in dpkg-query
    # shellcheck disable=SC2016
    echo 'echo "$@" >>"$APT_LOG"; exit "${APT_STATUS:-0}"' | stand_in apt-get
    rm -f "$tree/apt.log" "$tree/bin/four-command"
}

install() { # install GROUP...: leaves status and said
    said=$(APT_LOG=$tree/apt.log PATH=$tree/bin:$PATH "$tree/tools/install-packages.sh" "$@" 2>&1)
    status=$?
}

echo 1..8
machine 1000 no libone-dev libtwo-dev three four
install build test
[ $status -eq 0 ] && [ -z "$said" ] && [ ! -e "$tree/apt.log" ]
result $? "where nothing is missing nothing happens"

machine 1000 no libtwo-dev
install build test
[ $status -eq 1 ] && [ "$(grep -c 'apt-get' <<<"$said")" -eq 1 ] && [[ $said == *"--no-install-recommends four libone-dev three "* ]]
result $? "a user without sudo gets the one line to run, and a failure"
[[ $said == *"sudo apt-get update && sudo apt-get install"* ]] && [ ! -e "$tree/apt.log" ]
result $? "it brings the lists up to date first; nothing was tried"

machine 0 no libtwo-dev three four
install build test
[ $status -eq 0 ] && grep -q ' update$' "$tree/apt.log" && grep -q ' install .*--no-install-recommends libone-dev$' "$tree/apt.log"
result $? "root installs what is missing, and no more"

machine 1000 yes libtwo-dev three four
install build
[ $status -eq 0 ] && grep -q 'libone-dev$' "$tree/apt.log"
result $? "a user with sudo does the same"

machine 0 no libtwo-dev
APT_STATUS=100 install build
[ $status -ne 0 ]
result $? "where apt fails, so does it"

machine 1000 no libone-dev libtwo-dev three
: | stand_in four-command
install test
[ $status -eq 0 ] && [ -z "$said" ]
result $? "a program that came another way needs no package"

machine 1000 no
install nothing
[ $status -eq 2 ] && [[ $said == *nothing.txt* ]]
result $? "a group that does not exist is wrong usage"
