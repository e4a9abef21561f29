#!/bin/sh
# run.sh PROGRAM ATLAS [OPTION...]: serves the atlas with the options, from the project's root. Where the fictional county is
# asked for, it is made when it is not there, and made anew when this program's county is another than the one that stands
# there: what an older program made lacks what the landing page and the guides tell of.
#
# One program makes one county, byte for byte. So it is made at every start (0.2 s), in build/, and its sum compared with that
# of the county that stands there as it was when it was made (.made in its folder). A county that somebody has changed since
# is left as it is. What is kept in its directory's store while it is served is no change of that kind; a store is never thrown
# away, though: the county that it belongs to is put aside.
set -eu
program=$1 atlas=$2
shift 2
county=geodata/county
new=build/county.new

sum_of() { # the sum of a county's files, without .made and what comes into being while it is served
    (cd "$1" && find . -type f ! -name .made ! -name 'directory.gpkg*' ! -name editors.txt | LC_ALL=C sort | while read -r file; do sha256sum "$file"; done) | sha256sum
}

make_county() {
    mkdir -p build
    rm -rf "$new"
    "$program" sample "$new" --areas 400 --seed 1
    wanted=$(sum_of "$new")
    recorded=$(cat "$county/.made" 2>/dev/null || :)
    if [ -f "$county/atlas.yaml" ]; then
        [ "$recorded" != "$wanted" ] || return 0
        standing=$(sum_of "$county")
        if [ -n "$recorded" ] && [ "$standing" != "$recorded" ]; then
            echo "$county is of another version of Evenground and has been changed since: it is served as it is." \
                "To have it made anew: rm -r $county" >&2
            return 0
        fi
        echo "$county is of another version of Evenground: making it anew ..." >&2
    else
        echo "Making the fictional county in $county ..." >&2
    fi
    put_county
}

put_county() { # what nobody can tell to be as it was made is kept
    if [ -d "$county" ] && { [ -z "$recorded" ] || [ -e "$county/directory.gpkg" ]; }; then
        old=build/county.old
        while [ -e "$old/directory.gpkg" ]; do old=$old.old; done
        rm -rf "$old"
        mv "$county" "$old"
        echo "What was in $county before is in $old." >&2
    fi
    rm -rf "$county"
    mkdir -p geodata
    echo "$wanted" >"$new/.made"
    mv "$new" "$county"
}

if [ "$atlas" = "$county/atlas.yaml" ]; then
    make_county
    rm -rf "$new"
fi
if [ ! -f "$atlas" ]; then
    echo "There is no $atlas. Give another: make run ATLAS=path/to/atlas.yaml" >&2
    exit 1
fi
exec "$program" serve "$atlas" "$@"
