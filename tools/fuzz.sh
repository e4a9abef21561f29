#!/bin/bash
# fuzz.sh: replays the corpus and the crash files of every fuzz target under AddressSanitizer and UBSan. With FUZZ_SECONDS=n
# it then searches n seconds per target with libFuzzer (clang); new inputs go to build/fuzz/corpus/TARGET, crashes to
# tests/fuzz/crashes/TARGET, to be committed beside their fix. FUZZ_ONLY=word picks targets.
set -u
cd "$(dirname "$0")/.." || exit 2
shopt -s nullglob

targets=()
for source in tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    [[ $name == *"${FUZZ_ONLY:-}"* ]] && targets+=("${name#fuzz_}")
done
jobs=-j${JOBS:-2}

make --no-print-directory "$jobs" VARIANT=asan fuzz-programs || exit 1
replayed=$(TEST_ONLY=${FUZZ_ONLY:-} tests/run.sh asan fuzz)
status=$?
printf '%s\n' "$replayed"
[ "${FUZZ_SECONDS:-0}" -gt 0 ] || exit $status

tools/install-packages.sh fuzz || exit 1
CC=${FUZZ_CC:-clang-14}
export CC
make --no-print-directory "$jobs" VARIANT=fuzz fuzz-programs || exit 1
passed=0 failed=0
for target in "${targets[@]}"; do
    found=build/fuzz/corpus/$target crashes=tests/fuzz/crashes/$target
    mkdir -p "$found" "$crashes"
    options=("-max_total_time=$FUZZ_SECONDS" "-artifact_prefix=$crashes/" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1)
    [ -f "tests/fuzz/$target.dict" ] && options+=("-dict=tests/fuzz/$target.dict")
    seeds=()
    [ -d "tests/fuzz/corpus/$target" ] && seeds=("tests/fuzz/corpus/$target")
    echo "searching $target for $FUZZ_SECONDS s"
    if "build/fuzz/tests/fuzz/fuzz_$target" "${options[@]}" "$found" "${seeds[@]}" >"build/fuzz/$target.log" 2>&1; then
        passed=$((passed + 1))
    else
        tail -n 60 "build/fuzz/$target.log"
        echo "not ok - $target: see build/fuzz/$target.log; the input is in $crashes/"
        failed=$((failed + 1)) status=1
    fi
    rmdir --ignore-fail-on-non-empty "$crashes"
done
printf '%s\n' "$replayed" | tail -n 1 | awk -v passed=$passed -v failed=$failed '
    { printf "%d passed, %d failed, %d skipped\n", $1 + passed, $3 + failed, $5 }'
exit $status
