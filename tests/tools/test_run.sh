#!/bin/bash
# Proves that tests/run-one.sh judges what test programs print and how they end.
set -u
cd "$(dirname "$0")/../.." || exit 2
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/tests/http" "$tree/build/v/test-results"
cp tests/run-one.sh tests/run.sh "$tree/tests/"
number=0

judges() { # judges NAME EXPECTED <script: a script is judged as "passed failed skipped"
    number=$((number + 1))
    local counts file="$tree/tests/http/test_$number.sh"
    { echo '#!/bin/bash'; cat; } >"$file"
    chmod +x "$file"
    (cd "$tree" && TEST_TIMEOUT=2 tests/run-one.sh v "tests/http/test_$number.sh" >/dev/null 2>&1)
    counts=$(<"$tree/build/v/test-results/http.test_$number.count")
    if [ "$counts" = "$2" ]; then echo "ok $number - $1"; else echo "not ok $number - $1 ($counts)"; fi
}

echo 1..15
judges "results are counted" "2 1 1" <<'S'
echo 1..4; echo "ok 1 - a"; echo "not ok 2 - b"; echo "ok 3"; echo "not ok 4 # SKIP c"; exit 1
S
judges "a crash after good results is a failure" "1 1 0" <<'S'
echo 1..2; echo "ok 1 - a"; kill -SEGV $$
S
judges "a failing exit status is a failure" "1 1 0" <<'S'
echo 1..1; echo "ok 1 - a"; exit 3
S
judges "a failing exit status beside a failed test is the same failure" "0 1 0" <<'S'
echo 1..1; echo "not ok 1 - a"; exit 1
S
judges "fewer results than planned are a failure" "1 1 0" <<'S'
echo 1..3; echo "ok 1 - a"
S
judges "no result at all is a failure" "0 1 0" <<<'exit 0'
judges "a whole program may be skipped" "0 0 1" <<<'echo "1..0 # SKIP no browser"'
judges "a program that hangs is stopped and a failure" "1 1 0" <<'S'
echo 1..1; echo "ok 1 - a"; sleep 60
S
judges "a word that begins with ok is no result" "1 0 0" <<'S'
echo 1..1; echo "okay then"; echo "ok 1 - a"
S
judges "several groups of tests are added up" "2 0 0" <<'S'
echo 1..1; echo "ok 1 - a"; echo 1..1; echo "ok 1 - b"
S
(cd "$tree" && TEST_TIMEOUT=2 tests/run-one.sh v tests/unit/test_gone.c >/dev/null 2>&1)
if [ "$(<"$tree/build/v/test-results/unit.test_gone.count")" = "0 1 0" ]; then
    echo "ok 11 - a program that was not built is a failure"
else
    echo "not ok 11 - a program that was not built is a failure"
fi
rm "$tree"/tests/http/*
echo 'print("shared")' >"$tree/tests/http/support.py"
printf '#!/bin/bash\necho 1..1; echo "ok 1 - a"\n' | tee "$tree/tests/http/test_runs.sh" >"$tree/tests/http/test_forgotten.sh"
chmod +x "$tree/tests/http/test_runs.sh"
if [ "$(cd "$tree" && tests/run.sh v http | tail -n 1)" = "1 passed, 1 failed, 0 skipped" ]; then
    echo "ok 12 - a test that cannot be executed is a failure, what tests share is none"
else
    echo "not ok 12 - a test that cannot be executed is a failure, what tests share is none"
fi
rm "$tree"/tests/http/*
for name in a b c; do printf '#!/bin/bash\necho 1..1; echo "ok 1 - a"\n' >"$tree/tests/http/test_$name.sh"; done
chmod +x "$tree"/tests/http/*
printf 'tests/unit/test_gone.c\ntests/http/test_c.sh\ntests/http/test_b.sh\n' >"$tree/tests/longest"
if [ "$(cd "$tree" && TEST_JOBS=1 tests/run.sh v http | grep -o 'test_[a-z]' | tr '\n' ' ')" = "test_c test_b test_a " ]; then
    echo "ok 13 - those that take longest begin first"
else
    echo "not ok 13 - those that take longest begin first"
fi
gone=$(while read -r file; do [ -f "$file" ] || echo "$file"; done <tests/longest)
if [ -z "$gone" ]; then
    echo "ok 14 - all that tests/longest names is there"
else
    echo "not ok 14 - all that tests/longest names is there"
    echo "# $gone"
fi
starters=$(grep -l 'pthread_create(' src/*/*.c | tr '\n' ' ')
if [ "$starters" = "src/base/team.c src/base/workers.c src/http/listen.c src/http/loop.c src/http/prepare.c " ]; then
    echo "ok 15 - what starts threads is what tests/threaded.sh looks for"
else
    echo "not ok 15 - what starts threads is what tests/threaded.sh looks for"
    echo "# $starters"
fi
