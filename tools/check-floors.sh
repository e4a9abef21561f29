#!/bin/bash
# check-floors.sh: proves the two rules about #include in src/. A folder includes only itself and lower floors (siblings never
# meet); a third-party header appears in the .c files of its own folder only. Prints file:line and the remedy.
set -u
cd "$(dirname "$0")/.." || exit 2

# shellcheck disable=SC2016 # awk's $
find src -name '*.[ch]' -print0 | sort -z | xargs -0 awk '
    BEGIN {
        below["base"] = "base"
        below["cache"] = "base cache"
        below["geo"] = "base cache geo"
        below["stats"] = "base cache stats"
        below["data"] = "base cache geo stats data"
        below["render"] = below["data"] " render"
        below["directory"] = below["data"] " directory"
        below["engine"] = below["data"] " render directory engine"
        below["http"] = below["engine"] " http"
        below["app"] = below["http"] " app"

        # Third-party headers: a pattern of the name, and the folders that may include it.
        owner["^(gdal|ogr|cpl_|vrt)"] = "data"
        owner["^geos"] = "data"
        owner["^argon2\\.h$"] = "data"
        owner["^(yaml|csv)\\.h$"] = "data"
        owner["^(proj|geodesic)"] = "geo"
        owner["^png"] = "render"
        owner["^(jpeglib|jerror)\\.h$"] = "render"
        owner["^webp/"] = "render"
        owner["^(ft2build\\.h|freetype/)"] = "render"
        owner["^(hb[.-]|harfbuzz/)"] = "render"
        owner["^zlib\\.h$"] = "data render http"
        owner["^libdeflate\\.h$"] = "render http"
        owner["^microhttpd"] = "http"
        owner["^libxml/"] = "http"
        owner["^(jansson|utf8proc|xxhash)\\.h$"] = "base"
        owner["^uuid/"] = "base"
        owner["^glib"] = "base"

        system_names = "assert ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg " \
            "stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype " \
            "dirent dlfcn fcntl getopt glob iconv libgen langinfo netdb poll pthread pwd sched semaphore spawn strings syslog " \
            "termios unistd utime malloc features emmintrin immintrin xmmintrin smmintrin tmmintrin cpuid x86intrin"
        n = split(system_names, names, " ")
        for (i = 1; i <= n; i++) is_system[names[i] ".h"] = 1
    }

    function among(word, list) { return index(" " list " ", " " word " ") > 0 }
    function report(text) { printf "%s:%d: %s\n", FILENAME, FNR, text; bad = 1 }

    function check_ours(name, folder,    parts) {
        if (split(name, parts, "/") < 2) {
            report("\"" name "\" names no folder; write \"" folder "/" name "\"")
        } else if (!among(parts[1], below[folder])) {
            report("src/" folder " may not include \"" name "\"; it may include: " below[folder] \
                   ". Move the code up, or pass what it needs as a parameter")
        }
    }

    function check_theirs(name, folder,    pattern) {
        if (name in is_system || name ~ /^(sys|netinet|net|arpa|linux)\//) return
        for (pattern in owner) {
            if (name !~ pattern) continue
            if (!among(folder, owner[pattern])) {
                report("<" name "> belongs to src/" owner[pattern] "; call a function there instead")
            } else if (FILENAME ~ /\.h$/) {
                report("<" name "> in a header; include it in .c files only and hide its types behind a struct of ours")
            }
            return
        }
        report("<" name "> is not known to tools/check-floors.sh; name its owner there, or do without it")
    }

    /^[ \t]*#[ \t]*include/ {
        split(FILENAME, path, "/")
        folder = path[2]
        if (!(folder in below)) { report("src/" folder " has no floor; see tools/check-floors.sh"); next }
        if (match($0, /"[^"]+"/)) check_ours(substr($0, RSTART + 1, RLENGTH - 2), folder)
        else if (match($0, /<[^>]+>/)) check_theirs(substr($0, RSTART + 1, RLENGTH - 2), folder)
    }
    END { exit bad }'
