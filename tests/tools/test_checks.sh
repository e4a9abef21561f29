#!/bin/bash
# Proves that the checks of `make check` find what they are for: each is run on a small tree with one fault.
set -u
cd "$(dirname "$0")/../.." || exit 2
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
number=0

result() { # result STATUS NAME
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; fi
}

finds() { # finds NAME CHECK FILE LINE WORD <content: the check must fail and name FILE:LINE and WORD
    local name=$1 check=$2 file=$3 line=$4 word=$5 output status=1
    rm -rf "$tree"/{src,tests,tools}
    mkdir -p "$tree/tools" "$tree/tests" "$tree/$(dirname "$file")"
    cp "tools/$check" "$tree/tools/"
    cat >"$tree/$file"
    if ! output=$("$tree/tools/$check" 2>&1) && [[ $output == "$file:$line: "*"$word"* ]]; then status=0; fi
    [ $status -eq 0 ] || printf '# %s\n' "$output"
    result $status "$name"
}

accepts() { # accepts NAME CHECK FILE <content
    local name=$1 check=$2 file=$3 output status=0
    rm -rf "$tree"/{src,tests,tools}
    mkdir -p "$tree/tools" "$tree/tests" "$tree/$(dirname "$file")"
    cp "tools/$check" "$tree/tools/"
    cat >"$tree/$file"
    output=$("$tree/tools/$check" 2>&1) || status=1
    [ $status -eq 0 ] || printf '# %s\n' "$output"
    result $status "$name"
}

echo 1..16
finds "a lower floor may not include a higher one" check-floors.sh src/base/a.c 2 "may not include" <<'C'
#include "base/a.h"
#include "data/b.h"
C
finds "siblings may not meet" check-floors.sh src/geo/a.c 1 "may not include" <<<'#include "stats/rank.h"'
finds "an include without its folder is named" check-floors.sh src/geo/a.c 1 'write "geo/a.h"' <<<'#include "a.h"'
finds "a third-party header stays in its folder" check-floors.sh src/http/a.c 1 "belongs to src/data" <<<'#include <gdal.h>'
finds "a third-party header stays out of headers" check-floors.sh src/base/a.h 1 "in .c files only" <<<'#include <jansson.h>'
finds "an unknown header is questioned" check-floors.sh src/base/a.c 1 "not known" <<<'#include <curl/curl.h>'
accepts "what the rules allow passes" check-floors.sh src/engine/a.c <<'C'
#include "engine/a.h"
#include <stdio.h>
#include <sys/stat.h>
#include "base/text.h"
#include "render/fill.h"
#include "directory/directory.h"
C
finds "a banned call is found" check-source.sh src/base/a.c 2 "strcpy() is banned" <<'C'
/* strcpy( in a comment is none */
static void f(char *a, const char *b) { strcpy (a, b); }
C
finds "an open end is found" check-source.sh src/base/a.c 1 "open end" <<<"/* TO""DO: later */"
finds "a tab is found" check-source.sh src/base/a.c 1 "tab" <<<$'\tint a;'
finds "an overlong file is found" check-source.sh src/base/a.c 701 "700 lines" < <(yes 'int eg_a;' | head -n 701)
finds "an overlong function is found" check-source.sh src/base/a.c 73 "71 lines" \
    < <(echo 'static int f(void)'; echo; echo '{'; yes '    g();' | head -n 69; echo '}')
finds "a function of seven parameters is found" check-source.sh src/base/a.c 3 "7 parameters" <<'C'
static void f(int a, int b, int (*c)(int, int), int d,
              int e, int g, int h)
{
}
C
accepts "an innocent source passes" check-source.sh src/base/a.c <<'C'
/* A text may say "atoi(x)", and 'strtod_l' is not strtod. */
static const char text[] = "strcpy(a, b); /* TO" "DO */";
static int f(int a, int b, int c, int d, int e, int (*g)(int, int))
{
    return puts("// system(1)") + my_atoi(text) + '"' + a + b + c + d + e + g(1, 2);
}
C

mkdir -p "$tree/lib"
printf 'int eg_good(void);\nint eg_good(void) { return 1; }\nstatic const char *const n[] = {"a"};\nconst char *eg_n(int i);\nconst char *eg_n(int i) { return n[i]; }\n' >"$tree/lib/good.c"
printf 'int bad(void);\nstatic int count;\nint bad(void) { return count++; }\n' >"$tree/lib/bad.c"
for kind in good bad; do cc -O1 -fPIE -c -o "$tree/lib/$kind.o" "$tree/lib/$kind.c"; done
ar rc "$tree/good.a" "$tree/lib/good.o"
ar rc "$tree/bad.a" "$tree/lib/bad.o"
tools/check-symbols.sh "$tree/good.a"
result $? "constant tables and eg_ names pass"
output=$(tools/check-symbols.sh "$tree/bad.a")
[[ $output == *"external symbol bad"*"count is mutable"* ]]
result $? "a plain name and a mutable variable are found"
