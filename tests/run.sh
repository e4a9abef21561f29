#!/bin/bash
# run.sh VARIANT [FOLDER...]: runs the tests of tests/FOLDER (all when none is named) against build/VARIANT and counts what
# they print as TAP. Programs run side by side, and then scripts, each of which serves on ports and writes in folders of its
# own. A program that crashes, prints fewer results than it planned, runs too long or fails without saying which test failed
# counts as one failure. The last line is "N passed, M failed, K skipped"; the exit status is 1 when anything failed.
#
#   TEST_TIMEOUT  seconds that one program may take (default 600)
#   TEST_JOBS     programs or scripts at a time (default: one per processor)
#   TEST_ONLY     a word: only programs whose path contains it
set -u
cd "$(dirname "$0")/.." || exit 2
variant=${1:?usage: tests/run.sh VARIANT [FOLDER...]}
shift
folders=${*:-unit property golden conformance tools http browser fuzz}
results=build/$variant/test-results
rm -rf "$results"
mkdir -p "$results"

export CMOCKA_MESSAGE_OUTPUT=TAP
export EVENGROUND_VARIANT=$variant EVENGROUND_PROGRAM=$PWD/build/$variant/evenground
export ASAN_OPTIONS=${ASAN_OPTIONS:-allocator_may_return_null=1:detect_stack_use_after_return=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-suppressions=$PWD/tests/support/tsan.supp:history_size=4}
export TEST_TIMEOUT=${TEST_TIMEOUT:-600}
# ThreadSanitizer of Debian 12 cannot start under the address randomisation of newer kernels.
if [ "$variant" = tsan ] && setarch -R true 2>/dev/null; then export TEST_LAUNCHER="setarch -R"; fi

programs=() scripts=()
for folder in $folders; do
    for file in tests/"$folder"/*; do
        [[ -f $file && $file == *"${TEST_ONLY:-}"* ]] || continue
        case $file in
        tests/fuzz/fuzz_*.c | tests/unit/*.c | tests/property/*.c | tests/golden/*.c | tests/conformance/*.c) programs+=("$file") ;;
        tests/fuzz/*) ;;
        # One that is named as a test but cannot be executed fails instead of being passed over.
        *.py | *.sh | *.js | *.mjs) [[ -x $file || ${file##*/} == test_* ]] && scripts+=("$file") ;;
        esac
    done
done

side_by_side() { # side_by_side FILE...
    [ $# -eq 0 ] || printf '%s\0' "$@" | xargs -0 -n 1 -P "${TEST_JOBS:-$(nproc)}" tests/run-one.sh "$variant"
}
side_by_side "${programs[@]}"
side_by_side "${scripts[@]}"

cat "$results"/*.count 2>/dev/null | awk -v wanted=$((${#programs[@]} + ${#scripts[@]})) '
    { passed += $1; failed += $2; skipped += $3 }
    END {
        if (NR < wanted) failed += wanted - NR
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0
    }'
