#!/bin/bash
# test-postgis.sh VARIANT TEST...: runs test programs (unit/test_store ...) and scripts (postgis/test_....py) against PostGIS,
# in a cluster of its own that is made in a temporary folder, listens on a socket there and nowhere else, and is stopped and
# removed at the end. PostgreSQL refuses to run as root, so root starts it as the user nobody. Where it cannot be installed the
# tests are skipped, loudly and counted; with POSTGIS_REQUIRED=1, as in .ci/run, that is a failure. The last line is "N passed, M failed, K skipped", as that of tests/run.sh.
set -u
cd "$(dirname "$0")/.." || exit 2
variant=${1:?usage: tools/test-postgis.sh VARIANT TEST...}
shift
n_tests=$#

skip() { # skip REASON: nothing is tested, and nobody overlooks it
    if [ -n "${POSTGIS_REQUIRED:-}" ]; then
        echo "no PostGIS to test against, and it is required: $1"
        echo "0 passed, 1 failed, 0 skipped"
        exit 1
    fi
    echo "# SKIP: no PostGIS to test against: $1. NOTHING OF IT WAS TESTED." >&2
    echo "0 passed, 0 failed, $n_tests skipped"
    exit 0
}

tools/install-packages.sh postgis || skip "its packages cannot be installed"
programs=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
[ -x "$programs/initdb" ] || skip "there is no initdb below /usr/lib/postgresql"

folder=$(mktemp -d /tmp/evenground-postgis.XXXXXX) # short: the path of a socket may have 107 bytes
as=()
if [ "$(id -u)" -eq 0 ]; then
    as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
    chown nobody:nogroup "$folder"
fi
run() { (cd "$folder" && "${as[@]}" env HOME="$folder" LC_ALL=C.UTF-8 "$@"); }

stop() {
    run "$programs/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1
    rm -rf "$folder"
}
trap stop EXIT

{ run "$programs/initdb" -D "$folder/data" -U tester --auth=trust --encoding=UTF8 --locale=C.UTF-8 &&
    printf "%s = '%s'\n" listen_addresses "" unix_socket_directories "$folder" >>"$folder/data/postgresql.conf" &&
    run "$programs/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 60 start &&
    run "$programs/createdb" -h "$folder" -U tester directory; } >"$folder.out" 2>&1 || {
    cat "$folder.out" "$folder/log" 2>/dev/null
    rm -f "$folder.out"
    echo "the cluster did not start"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
}
rm -f "$folder.out"

# For tests of what happens while the database is away: `$EG_TEST_POSTGRES stop -m fast`, `$EG_TEST_POSTGRES start`.
export EG_TEST_POSTGRES=$folder/postgres
printf '#!/bin/sh\ncd %q && exec %s env HOME=. LC_ALL=C.UTF-8 %q -D data -l log -w -t 60 "$@"\n' "$folder" "${as[*]}" "$programs/pg_ctl" >"$EG_TEST_POSTGRES"
chmod 755 "$EG_TEST_POSTGRES"
export EG_TEST_STORE="PG:host=$folder user=tester dbname=directory"
export EVENGROUND_VARIANT=$variant EVENGROUND_PROGRAM=$PWD/build/$variant/evenground
export CMOCKA_MESSAGE_OUTPUT=TAP TEST_TIMEOUT=${TEST_TIMEOUT:-600}
results=build/$variant/test-results
mkdir -p "$results"
passed=0 failed=0 skipped=0
for test in "$@"; do
    file=$test.c
    case $test in *.py) file=$test test=${test%.py} ;; esac
    tests/run-one.sh "$variant" "tests/$file" # writes the counts to a file
    read -r p f s <"$results/${test//\//.}.count"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
