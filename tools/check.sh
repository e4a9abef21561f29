#!/bin/bash
# check.sh: everything that can be told from the sources and the built library without running the program. Each check prints
# file:line and the remedy. The last line is "N passed, M failed, K skipped".
set -u
cd "$(dirname "$0")/.." || exit 2
passed=0 failed=0 skipped=0

check() { # check NAME COMMAND...: runs the command, shows its output when it fails
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        echo "ok   $name"
        passed=$((passed + 1))
    else
        echo "FAIL $name"
        printf '%s\n' "$output" | sed 's/^/    /'
        failed=$((failed + 1))
    fi
}

skip() { # skip NAME REASON
    echo "skip $1: $2"
    skipped=$((skipped + 1))
}

own_files() { # own_files PATTERN...: files of the project by name, not what was built or fetched
    local patterns=() pattern
    for pattern in "$@"; do patterns+=(-o -name "$pattern"); done
    find . \( -path ./build -o -path ./.git -o -path ./geodata/county -o -name data -o -name node_modules \) -prune -o \
        -type f \( "${patterns[@]:1}" \) -print | sed 's,^\./,,' | sort
}

format() {
    local files said
    mapfile -t files < <(find src tests tools -name '*.[ch]')
    said=$(clang-format-14 --dry-run -Werror "${files[@]}" 2>&1) && return 0
    # One line a file is enough; without any, clang-format itself failed.
    printf '%s\n' "$said" | grep ': error:' | sort -t: -u -k1,1 | grep . || printf '%s\n' "$said"
    echo "remedy: make format"
    return 1
}

scripts() {
    local files
    mapfile -t files < <(own_files '*.sh'; grep -l '^#!.*sh$' .ci/* 2>/dev/null)
    shellcheck "${files[@]}" || { echo "remedy: the page that shellcheck names"; return 1; }
}

python_scripts() {
    own_files '*.py' | tr '\n' '\0' | xargs -0 -r /usr/bin/python3 -c '
import ast, sys
bad = False
for name in sys.argv[1:]:
    try:
        ast.parse(open(name, encoding="utf-8").read(), name)
    except SyntaxError as error:
        bad = True
        print(f"{name}:{error.lineno}: {error.msg}")
sys.exit(bad)'
}

check "the sources are formatted" format
check "folders include only lower floors; third-party headers stay in their folder" tools/check-floors.sh
check "no banned function, no open ends, no overlong file or function" tools/check-source.sh
check "external names start with eg_, no mutable file-scope state" tools/check-symbols.sh build/release/libevenground.a
check "shell scripts pass shellcheck" scripts
check "Python scripts can be read" python_scripts
if [ -f docs/atlas.schema.json ]; then
    check "atlases fit their schema" /usr/bin/python3 tools/check-schemas.py
else
    skip "atlases fit their schema" "there is no docs/atlas.schema.json"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
