#!/bin/bash
# geodata.sh [--force] COUNTRY: brings the files that geodata/COUNTRY/atlas.yaml reads into geodata/COUNTRY/data/ and checks
# them, by the list in geodata/COUNTRY/sources.tsv (its columns are explained there).
#
# They are taken from a mirror: a folder named by EVENGROUND_DATA, or else ../shared/data beside the project. Nothing is
# downloaded: where the mirror lacks a file, the publisher's address and what the file must hold are told.
#
# A file appears under its name only when it is complete and its checksum and number of rows are right, so a run that was
# interrupted is simply started again. A file that is there already is checked and kept; one that is not the one in the list
# stays as it is and is reported, unless --force says to take the mirror's instead.
#
# Exit status: 0 everything is there and right, 1 something is missing or wrong, 2 wrong usage.
set -u
cd "$(dirname "$0")/.." || exit 2

usage() {
    echo "usage: tools/geodata.sh [--force] COUNTRY   (COUNTRY: $(list_countries))" >&2
    exit 2
}

list_countries() {
    local file names=
    for file in geodata/*/sources.tsv; do
        [ -f "$file" ] && names="$names ${file:8:-12}"
    done
    echo "${names# }"
}

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; wrong=$((wrong + 1)); }

# --- what a file holds -----------------------------------------------------------------------------------------------

content() { # content FILE NAME: the bytes that the list's checksum is of; gzipped tables stay gzipped on disk
    case $2 in
    *.gz) gzip -dc -- "$1" ;;
    *) cat -- "$1" ;;
    esac
}

checksum() { content "$1" "$2" 2>/dev/null | sha256sum | cut -d ' ' -f 1; }

# Rows of a table (its heading excluded; a line break within quotes ends none) or features of a GeoPackage; nothing where that
# cannot be told.
count() { # count FILE NAME
    case $2 in
    *.csv | *.csv.gz)
        content "$1" "$2" 2>/dev/null | awk '
            { open = (open + gsub(/"/, "")) % 2; if (!open) rows++ }
            END { print rows - 1 }' ;;
    *.gpkg)
        if command -v sqlite3 >/dev/null 2>&1; then
            sqlite3 -readonly "$1" "SELECT count(*) FROM \"${2%.gpkg}\"" 2>/dev/null
        elif command -v ogrinfo >/dev/null 2>&1; then
            ogrinfo -so -ro "$1" "${2%.gpkg}" 2>/dev/null | sed -n 's/^Feature Count: //p'
        fi ;;
    esac
}

# Says what is wrong with FILE, nothing when it is the one in the list.
fault() { # fault FILE NAME SHA256 ROWS
    local sum rows
    sum=$(checksum "$1" "$2")
    rows=$(count "$1" "$2")
    if [ -n "$rows" ] && [ "$rows" != "$4" ]; then echo "it has $rows rows instead of $4"
    elif [ "$sum" != "$3" ]; then echo "its checksum is $sum${rows:+, though its $rows rows are as many as expected}"
    fi
}

# --- bringing one ----------------------------------------------------------------------------------------------------

unpack() { # unpack PACKED PART NAME
    case $1 in
    *.xz) xz -dc -- "$1" >"$2" ;;
    *.gz) case $3 in
        *.gz) cat -- "$1" >"$2" ;;
        *) gzip -dc -- "$1" >"$2" ;;
        esac ;;
    *) cat -- "$1" >"$2" ;;
    esac
}

tell_publisher() { # tell_publisher NAME PUBLISHER ADDRESS LAYOUT
    fail "$1: not in $mirror, and downloading was not tried.
    Publisher: $2
    Address:   $3
    Layout:    $4
    Put it into $data/$1 in this layout."
}

bring() { # bring NAME MIRROR_NAME SHA256 ROWS
    local name=$1 packed=$mirror/$2 found
    part=$data/.$name.part
    if [[ $packed == *.xz ]] && ! command -v xz >/dev/null 2>&1; then
        fail "$name: xz is needed to unpack it (Debian: apt-get install xz-utils)"
        return
    fi
    if ! unpack "$packed" "$part" "$name"; then
        rm -f "$part"
        fail "$name: $packed cannot be read or unpacked, or the disk is full"
        return
    fi
    found=$(fault "$part" "$name" "$3" "$4")
    if [ -n "$found" ]; then
        rm -f "$part"
        fail "$name: $packed is not the file in $list: $found"
        return
    fi
    if chmod 644 "$part" && sync "$part" && mv -f "$part" "$data/$name"; then say "$name: $4 rows, from $packed"
    else fail "$name: cannot be written to $data"
    fi
}

one() { # one NAME MIRROR_NAME SHA256 ROWS PUBLISHER ADDRESS LAYOUT
    local found
    if [ -f "$data/$1" ]; then
        found=$(fault "$data/$1" "$1" "$3" "$4")
        [ -n "$found" ] || { say "$1: $4 rows, there already"; return; }
        if [ "$force" = no ]; then
            fail "$1: the one in $data is not the file in $list: $found (kept; --force takes the mirror's instead)"
            return
        fi
    fi
    if [ -r "$mirror/$2" ]; then bring "$1" "$2" "$3" "$4"
    else tell_publisher "$1" "$5" "$6" "$7"
    fi
}

# --- all of them -----------------------------------------------------------------------------------------------------

force=no
if [ "${1:-}" = --force ]; then force=yes; shift; fi
if [ $# -ne 1 ] || [[ $1 == -* || $1 == */* ]] || [ ! -f "geodata/$1/sources.tsv" ]; then usage; fi
list=geodata/$1/sources.tsv
data=geodata/$1/data
mirror=${EVENGROUND_DATA:-../shared/data}
wrong=0 number=0 part=

mkdir -p "$data" || exit 1
exec 9<"$data"
flock -n 9 || { echo "another tools/geodata.sh is at work in $data" >&2; exit 1; }
rm -f "$data"/.*.part # of a run that was killed
trap '[ -z "$part" ] || rm -f "$part"' EXIT
trap 'exit 1' INT TERM HUP

while IFS=$'\t' read -r name packed sum rows publisher address layout; do
    [[ $name == '' || $name == '#'* || $name == file ]] && continue
    number=$((number + 1))
    one "$name" "$packed" "$sum" "$rows" "$publisher" "$address" "$layout"
done <"$list"

if [ $wrong -gt 0 ]; then
    echo "$wrong of $number files of geodata/$1 are missing or wrong." >&2
    exit 1
fi
say "All $number files of geodata/$1 are there and right."
