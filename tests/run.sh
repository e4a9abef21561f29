#!/bin/bash
# run.sh VARIANT [FOLDER...]: runs the tests of tests/FOLDER (all when none is named) against build/VARIANT and counts what
# they print as TAP. They run side by side, each on ports and in folders of its own; those that tests/longest names begin first,
# so that all processors end together. A program that crashes, prints fewer results than it planned, runs too long or fails
# without saying which test failed counts as one failure. The last line is "N passed, M failed, K skipped"; the exit status is 1 when anything failed.
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

if [ "$variant" = tsan ]; then threaded=$(tests/threaded.sh); fi
is_worthwhile() { # is_worthwhile FILE: programs with one thread have nothing that ThreadSanitizer could find
    [[ $variant != tsan || $1 != *.c ]] || grep -qxF "$1" <<<"$threaded"
}

files=()
for folder in $folders; do
    for file in tests/"$folder"/*; do
        [[ -f $file && $file == *"${TEST_ONLY:-}"* ]] || continue
        is_worthwhile "$file" || continue
        case $file in
        tests/fuzz/fuzz_*.c | tests/unit/*.c | tests/property/*.c | tests/golden/*.c | tests/conformance/*.c) files+=("$file") ;;
        tests/fuzz/*) ;;
        # One that is named as a test but cannot be executed fails instead of being passed over.
        *.py | *.sh | *.js | *.mjs) [[ -x $file || ${file##*/} == test_* ]] && files+=("$file") ;;
        esac
    done
done

longest_first() { # those that tests/longest names, in its order, and then the others as they come
    awk 'BEGIN { while ((getline line < "tests/longest") > 0) rank[line] = ++n }
         { print ($1 in rank) ? rank[$1] : n + 1, $1 }' | sort -s -n -k 1,1 | cut -d ' ' -f 2
}
if [ ${#files[@]} -gt 0 ]; then
    printf '%s\n' "${files[@]}" | longest_first | tr '\n' '\0' | xargs -0 -n 1 -P "${TEST_JOBS:-$(nproc)}" tests/run-one.sh "$variant"
fi

cat "$results"/*.count 2>/dev/null | awk -v wanted=${#files[@]} '
    { passed += $1; failed += $2; skipped += $3 }
    END {
        if (NR < wanted) failed += wanted - NR
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0
    }'
