#!/bin/bash
# search.sh VARIANT SECONDS: runs the random tests of build/VARIANT, one after the other, each round with a seed that nobody
# has tried, until the time is over. Prints what failed and how to play it again. The last line is "N passed, M failed, K
# skipped", counted in runs of a program; the exit status is 1 when anything failed.
#
# A plain run of the tests takes the same seed every time, so what this finds was there before. Find out which is wrong, the
# program or the test's own reckoning, and keep the shrunk case as a test of its own: the seed means another case as soon as
# the test draws one number more.
#
#   TEST_ONLY     a word: only programs whose path contains it
#   TEST_TIMEOUT  seconds that one run may take (default 600)
set -u
cd "$(dirname "$0")/.." || exit 2
variant=${1:?usage: tools/search.sh VARIANT SECONDS}
ends=$(($(date +%s) + ${2:?usage: tools/search.sh VARIANT SECONDS}))
folder=build/$variant/search
mkdir -p "$folder"

export EVENGROUND_VARIANT=$variant EVENGROUND_PROGRAM=$PWD/build/$variant/evenground
export ASAN_OPTIONS=${ASAN_OPTIONS:-allocator_may_return_null=1:detect_stack_use_after_return=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-suppressions=$PWD/tests/support/tsan.supp:history_size=4}
if [ "$variant" = tsan ] && setarch -R true 2>/dev/null; then launcher="setarch -R"; fi

# Those that ask for a seed.
programs=()
while read -r file; do
    [[ $file == *"${TEST_ONLY:-}"* ]] || continue
    case $file in
    *.c) programs+=("build/$variant/${file%.c}") ;;
    *.py) programs+=("$file") ;;
    esac
done < <(grep -lE 'eg_test_random_new\(\)|= random\.Random\(seed\(\)\)' tests/*/test_*.c tests/*/property_*.c tests/http/*.py | sort)
[ ${#programs[@]} -gt 0 ] || { echo "no random test's path contains \"${TEST_ONLY:-}\""; exit 2; }

passed=0 failed=0 failures=()
while [ "$(date +%s)" -lt "$ends" ]; do
    seed=$(od -An -N6 -tu8 /dev/urandom | tr -d ' ')
    for program in "${programs[@]}"; do
        [ "$(date +%s)" -lt "$ends" ] || break
        # shellcheck disable=SC2086 # the launcher is a command with options
        if EG_SEED=$seed timeout --kill-after=10 "${TEST_TIMEOUT:-600}" ${launcher:-} "$program" >"$folder/log" 2>&1 </dev/null; then
            passed=$((passed + 1))
            continue
        fi
        failed=$((failed + 1))
        log=$folder/$(basename "$program").$seed.log
        mv "$folder/log" "$log"
        failures+=("EG_SEED=$seed $program")
        echo "FAIL EG_SEED=$seed $program; $log ends:"
        tail -n 12 "$log" | sed 's/^/    /'
    done
done
[ $failed -eq 0 ] || printf 'play it again: %s\n' "${failures[@]}"
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
