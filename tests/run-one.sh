#!/bin/bash
# run-one.sh VARIANT FILE: runs one test program or script and judges its TAP; see run.sh. Writes "passed failed skipped" to
# build/VARIANT/test-results/NAME.count, prints one line, and when something failed also what did and what it said; all
# that the test printed is in NAME.tap and NAME.err.
set -u
variant=$1 file=$2
name=${file#tests/}
name=${name%.*}
out=build/$variant/test-results/${name//\//.}

command=("$file") files=()
if [[ $file == *.c ]]; then command=("build/$variant/tests/$name"); fi
if [[ $file == tests/fuzz/* ]]; then
    target=${name#fuzz/fuzz_}
    shopt -s nullglob
    files=(tests/fuzz/corpus/"$target"/* tests/fuzz/crashes/"$target"/*)
fi

started=$(date +%s.%N)
if [ -x "${command[0]}" ]; then
    # shellcheck disable=SC2086 # the launcher is a command with options
    timeout --kill-after=10 "$TEST_TIMEOUT" ${TEST_LAUNCHER:-} "${command[@]}" "${files[@]}" >"$out.tap" 2>"$out.err" </dev/null
    status=$?
else
    echo "not built, or not executable: ${command[0]}" >"$out.err"
    : >"$out.tap"
    status=127
fi
seconds=$(awk -v a="$started" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }')

awk -v status="$status" -v count_file="$out.count" -v name="$name" -v seconds="$seconds" -v limit="$TEST_TIMEOUT" '
    /^1\.\.[0-9]+/ { planned += substr($1, 4); plans++; if (/^1\.\.0.*# *[Ss][Kk][Ii][Pp]/) skipped++ }
    /^(not )?ok([ \t]|$)/ {
        results++
        if (/# *[Ss][Kk][Ii][Pp]/) skipped++
        else if (/^ok/) passed++
        else failed++
    }
    END {
        if (status == 124 || status == 137) { failed++; why = " (stopped after " limit " s)" }
        else if (plans && results < planned) { failed++; why = " (ended early, exit status " status ")" }
        else if (status != 0 && !failed) { failed++; why = " (exit status " status ")" }
        else if (!results && !skipped) { failed++; why = " (no result)" }
        print passed + 0, failed + 0, skipped + 0 > count_file
        printf "%-4s %s: %d passed, %d failed, %d skipped in %s s%s\n", failed ? "FAIL" : "ok", name, passed, failed, \
               skipped, seconds, why
    }' "$out.tap" >"$out.line"
if [[ $(<"$out.line") == FAIL* ]]; then
    # One write, so that programs that run side by side do not mix their lines.
    cat "$out.line" <(cat "$out.tap" "$out.err" | grep -v '^ok' | sed 's/^/    /' | tail -n 200) >"$out.report"
    cat "$out.report"
else
    cat "$out.line"
    grep -h -B 1 '# *SKIP' "$out.tap" | grep '^#' | sed 's/^/    /' | sort -u
fi
exit 0
