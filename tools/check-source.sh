#!/bin/bash
# check-source.sh: rules about the text of the sources. Banned functions (they overflow, depend on the locale or keep state;
# what to use instead is said), open ends, tabs, files over 700 lines, functions over 70, more than 6 parameters. Comments and
# literals do not count as calls. Prints file:line and the remedy.
set -u
cd "$(dirname "$0")/.." || exit 2

# shellcheck disable=SC2016 # awk's $
find src tests tools -name '*.[ch]' -print0 | sort -z | xargs -0 awk '
    BEGIN {
        remedy["strcpy strcat strncpy strncat sprintf vsprintf stpcpy"] = "use struct eg_buffer or snprintf"
        remedy["strtok strtok_r strsep"] = "use eg_text_cut"
        remedy["atoi atol atoll atof strtod strtof strtold"] = "use eg_text_to_double or eg_text_to_u32"
        remedy["gmtime localtime ctime asctime"] = "use eg_clock_utc or gmtime_r"
        remedy["gets tmpnam mktemp alloca system popen rand srand"] = "it is unsafe or keeps hidden state"
        for (list in remedy) {
            n = split(list, names, " ")
            for (i = 1; i <= n; i++) instead[names[i]] = remedy[list]
        }
    }

    function report(text) { printf "%s:%d: %s\n", FILENAME, FNR, text; bad = 1 }

    # The line without comments and without the contents of literals; in_comment lasts over lines.
    function code_of(line,    out, c, two, quote) {
        out = ""
        quote = ""
        while (line != "") {
            c = substr(line, 1, 1)
            two = substr(line, 1, 2)
            if (in_comment) {
                if (two == "*/") { in_comment = 0; line = substr(line, 3) } else line = substr(line, 2)
            } else if (quote != "") {
                if (c == "\\") line = substr(line, 3)
                else { if (c == quote) quote = ""; line = substr(line, 2) }
            } else if (two == "/*") { in_comment = 1; line = substr(line, 3) }
            else if (two == "//") line = ""
            else { if (c == "\"" || c == "\047") quote = c; out = out c; line = substr(line, 2) }
        }
        return out
    }

    function check_calls(code,    name) {
        while (match(code, /[A-Za-z_][A-Za-z0-9_]*[ ]*\(/)) {
            name = substr(code, RSTART, RLENGTH - 1)
            sub(/ +$/, "", name)
            if (name in instead) report(name "() is banned: " instead[name])
            code = substr(code, RSTART + RLENGTH)
        }
    }

    # Parameters of a definition: top-level commas between the parentheses of its head. What libmicrohttpd calls has the
    # parameters that it decrees.
    function check_parameters(head,    i, c, depth, commas) {
        if (head ~ /struct MHD_Connection/) return
        for (i = index(head, "("); i > 0 && i <= length(head); i++) {
            c = substr(head, i, 1)
            if (c == "(") depth++
            else if (c == ")" && --depth == 0) break
            else if (c == "," && depth == 1) commas++
        }
        if (commas + 1 > 6) report("a function with " commas + 1 " parameters (6 at most): gather them in a struct")
    }

    FNR == 1 { in_comment = 0; begun = 0; head = "" }
    /\t/ { report("a tab: use spaces (make format)") }
    /TODO|FIXME|HACK|(^|[^X])XXX([^X]|$)/ { report("an open end: finish it or open an issue") }
    FNR == 701 { report("a file of more than 700 lines: split it by what its parts are about") }
    {
        code = code_of($0)
        check_calls(code)
        if (code ~ /^[A-Za-z_].*\(/ && code !~ /;[ ]*$/) head = code
        else if (head != "" && !begun) head = head " " code
        if (code ~ /;[ ]*$/ && !begun) head = ""
        if (code ~ /^\{/) { begun = FNR; if (head != "") check_parameters(head) }
        if (code ~ /^\}/) {
            if (begun && head != "" && FNR - begun + 1 > 70) {
                report("a function of " FNR - begun + 1 " lines (70 at most): give its parts names")
            }
            begun = 0
            head = ""
        }
    }
    END { exit bad }'
c=$?

open_ends=$(find tools tests docs make styles .ci -type f ! -name 'check-source.sh' ! -name '*.[ch]' ! -name '*.png' \
    -print0 2>/dev/null | xargs -0 grep -nIE '\b(TODO|FIXME)\b')
if [ -n "$open_ends" ]; then
    printf '%s\n' "$open_ends" | sed 's/$/ (an open end: finish it or open an issue)/'
    exit 1
fi
exit $c
