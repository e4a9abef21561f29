#!/bin/bash
# The program as people call it: help, exit statuses, what goes where, pictures, reports, installation.
set -u
cd "$(dirname "$0")/../.." || exit 2
variant=${EVENGROUND_VARIANT:-release}
program=${EVENGROUND_PROGRAM:-$PWD/build/$variant/evenground}
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
atlas=$tree/county/atlas.yaml
layer=deprivation.neighbourhood
box=("--bbox=-30.1,44.9,-29.9,45.1" --crs EPSG:4326 --size 400x400)
number=0 failures=0

result() { # result STATUS NAME [WHY]
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else
        echo "not ok $number - $2"
        failures=$((failures + 1))
        [ -z "${3:-}" ] || printf '%s\n' "$3" | sed 's/^/# /' | head -n 20
    fi
}

skip() { # skip NAME REASON
    number=$((number + 1))
    echo "ok $number - $1 # SKIP $2"
}

call() { # call ARGUMENT...: runs the program; leaves status, out and err (without log lines)
    timeout 60 "$program" "$@" >"$tree/out" 2>"$tree/err.all" </dev/null
    status=$?
    out=$(tr -d '\0' <"$tree/out")
    err=$(grep -v '^[0-9-]*T[0-9:]*Z info ' "$tree/err.all")
}

ends() { # ends NAME STATUS WORD ARGUMENT...: a failure says WORD on standard error and nothing on standard output
    local name=$1 expected=$2 word=$3 fine=0
    shift 3
    call "$@"
    [ "$status" -eq "$expected" ] && [ -z "$out" ] && [[ $err == *"$word"* ]] || fine=1
    if [ "$expected" -eq 2 ] && [[ $err != *"--help"* ]]; then fine=1; fi
    result $fine "$name" "status $status, expected $expected with '$word'; out: $out; err: $err"
}

answers() { # answers NAME WORD ARGUMENT...: status 0, WORD on standard output, nothing but log lines on standard error
    local name=$1 word=$2 fine=0
    shift 2
    call "$@"
    [ "$status" -eq 0 ] && [[ $out == *"$word"* ]] && [ -z "$err" ] || fine=1
    result $fine "$name" "status $status, expected 0 with '$word'; out: ${out:0:500}; err: $err"
}

draws() { # draws NAME "WORDS LINE BY LINE" ARGUMENT...: a whole PNG whose description holds each line
    local name=$1 words=$2 fine=0 word described
    shift 2
    rm -f "$tree/map.png"
    call render "$atlas" "$@" --out "$tree/map.png"
    described=$(python3 tests/tools/png_text.py "$tree/map.png" 2>&1) || fine=1
    [ "$status" -eq 0 ] && [ -z "$out$err" ] || fine=1
    while read -r word; do [[ $described == *"$word"* ]] || fine=1; done <<<"$words"
    result $fine "$name" "status $status; $described; err: $err"
}

# --- help, version, wrong usage ---------------------------------------------------------------------------------------

answers "--help lists the commands" "render " --help
answers "--version names the version" "evenground $(cat VERSION)" --version
ends "no command is wrong usage" 2 "Usage: evenground"
ends "an unknown command is wrong usage" 2 "no command 'draw'" draw
for command in serve check render sample; do
    answers "$command --help prints its usage" "Usage: evenground $command" "$command" --help
    ends "$command without arguments is wrong usage" 2 "evenground $command: name" "$command"
    ends "$command refuses an unknown option" 2 "'--colour'" "$command" --colour
    ends "$command refuses too many arguments" 2 "name" "$command" a b c d
done
ends "sample says which numbers of areas it takes" 2 "50 to 1000000" sample "$tree/x" --areas 49
ends "sample says which seeds it takes" 2 "whole number" sample "$tree/x" --seed 1.5
ends "sample wants a folder that has a name" 2 "folder" sample ""
ends "serve says how many threads it takes" 2 "1 to 256" serve a.yaml --threads 0
ends "serve says which cache sizes it takes" 2 "256MiB" serve a.yaml --cache much
ends "an option without its value is wrong usage" 2 "'--threads'" serve a.yaml --threads
answers "sample writes a county" "" sample "$tree/county"
ends "serve says what an address looks like" 2 "HOST:PORT" serve "$atlas" --listen 127.0.0.1
ends "render wants a tile or a box" 2 "--tile or --bbox" render "$atlas" $layer --out x.png
ends "render takes no tile and box together" 2 "--tile or --bbox" render "$atlas" $layer "${box[@]}" --tile 0/0/0 --out x.png
ends "render wants a place to write to" 2 "--out" render "$atlas" $layer --tile 0/0/0
ends "render says what a tile looks like" 2 "z/x/y" render "$atlas" $layer --tile 1/2 --out x.png
ends "render says what a box looks like" 2 "west,south,east,north" render "$atlas" $layer --bbox 1,2,3 --out x.png
ends "a box has its west in the west" 2 "west < east" render "$atlas" $layer --bbox 3,2,1,4 --out x.png
ends "a box needs a size" 2 "--size" render "$atlas" $layer --bbox 1,2,3,4 --out x.png
ends "render says what a size looks like" 2 "WIDTHxHEIGHT" render "$atlas" $layer --bbox 1,2,3,4 --size 0x9 --out x.png
ends "render says which scales it takes" 2 "0.25 to 16" render "$atlas" $layer "${box[@]}" --scale nan --out x.png
ends "a tile has its own size" 2 "--size and --crs go with --bbox" render "$atlas" $layer --tile 3/4/2 --size 3x3 --out x.png
ends "a tile has its own CRS" 2 "--size and --crs go with --bbox" render "$atlas" $layer --tile 3/4/2 --crs EPSG:27700 --out x.png
ends "a tile has no legend" 2 "--legend goes with --bbox" render "$atlas" $layer --tile 0/0/0 --legend --out x.png

# --- what is not there, and what may have been meant ------------------------------------------------------------------

ends "a missing atlas is named" 1 "$tree/none.yaml" check "$tree/none.yaml"
ends "a folder is no atlas" 1 "name the atlas.yaml itself" check "$tree"
ends "an unknown layer brings the nearest" 1 "'$layer'" render "$atlas" deprivation.neighborhood "${box[@]}" --out x.png
ends "an unknown period brings those there are" 1 "'2019', '2024'" render "$atlas" $layer "${box[@]}" --period 1999 --out x.png
ends "an unknown style brings the nearest" 1 "'diverging'" render "$atlas" $layer "${box[@]}" --style divergent --out x.png
ends "an unknown CRS brings an example" 1 "EPSG:27700" render "$atlas" $layer --bbox 1,2,3,4 --crs EPSG:99999 --size 9x9 --out x.png
ends "a huge size brings the limit" 1 "4096" render "$atlas" $layer --bbox 1,2,3,4 --size 99999x9 --out x.png
ends "a legend too large for the picture says how large it is" 1 "make the picture larger" \
    render "$atlas" $layer --bbox 1,2,3,4 --size 90x90 --legend --out x.png
ends "a tile that does not exist brings the range" 1 "0 to 255" render "$atlas" $layer --tile 8/256/0 --out x.png
ends "an address in use or not ours cannot be had" 1 "192.0.2.1" serve "$atlas" --listen 192.0.2.1:8080

# --- check --------------------------------------------------------------------------------------------------------------

answers "check reports for people" "400 areas" check "$atlas"
answers "check --strict accepts the county" "400 areas" check --strict "$atlas"
call check --json "$atlas"
python3 -c 'import json, sys; r = json.load(sys.stdin); assert r["strict"] is True and r["boundaries"][0]["areas"] == 400' <"$tree/out"
result $? "check --json writes JSON"

cp -r "$tree/county" "$tree/torn"
echo 'N9999999,1000,Suburb,1,1,1,1,1,1' >>"$tree/torn/data/deprivation.csv"
answers "check mentions a row without area" "N9999999" check "$tree/torn/atlas.yaml"
call check --strict "$tree/torn/atlas.yaml"
[ $status -eq 1 ] && [[ $out == *"400 areas"* && $err == *"--strict"* ]]
result $? "check --strict fails on it, with the report still on standard output" "status $status; err: $err"

cp -r "$tree/county" "$tree/lost"
rm -f "$tree/lost/directory.gpkg" # the seeds are looked at while there is no store
printf '%s,,,,,,,,,,,,,,,,,,,,\n' 'E900,club,Chess Club' 'E001,hub,Again' >>"$tree/lost/data/coalitions.csv"
call check --strict "$tree/lost/atlas.yaml"
[ $status -eq 1 ] && [[ $err == *"coalitions: 2 rows were rejected: row "*"'club' is no kind of entry; the key 'E001' came before"* ]]
result $? "check --strict fails on rejected rows of a directory, and names them" "status $status; err: $err"
call check --json "$tree/lost/atlas.yaml"
python3 -c 'import json, sys; r = json.load(sys.stdin); assert r["strict"] is False and len(r["findings"]) == 1' <"$tree/out"
result $? "check --json says so too"
sed -i 's/^    source: data.coalitions.csv$/&\n    expect: {rejected_rows: 2}/' "$tree/lost/atlas.yaml"
answers "check --strict accepts as many as the atlas expects" "2 rejected" check --strict "$tree/lost/atlas.yaml"

sed 's/^    polarity: high_is_worse$/    polarity: high_is_bad/' "$atlas" >"$tree/county/wrong.yaml"
line=$(grep -n -m 1 'high_is_bad' "$tree/county/wrong.yaml" | cut -d : -f 1)
ends "an error in the atlas names file, line and column" 1 "$tree/county/wrong.yaml:$line:15: " check "$tree/county/wrong.yaml"
sed 's/^title:/titel:/' "$atlas" >"$tree/county/wrong.yaml"
ends "a misspelt key brings the right one" 1 "wrong.yaml:3:1: " check "$tree/county/wrong.yaml"
[[ $err == *"'title'"* ]]
result $? "and names it" "$err"

# --- render -------------------------------------------------------------------------------------------------------------

about=$'Title: Index of deprivation, Neighbourhoods\nPeriod: 2024\nCopyright: Fictional data made by Evenground'
draws "a tile says what it shows" $'256x256\n'"$about" $layer --tile 8/106/91
draws "a tile for fine screens" $'512x512\n'"$about" $layer --tile 8/106/91@2x
draws "a box in degrees" $'400x400\n'"$about" $layer "${box[@]}"
draws "a box in metres" $'200x100\n'"$about" $layer --bbox=-3352000,5600000,-3330000,5611000 --size 200x100
draws "a box in another projection" $'90x90\n'"$about" $layer --bbox=-2500000,7000000,-2300000,7200000 --crs EPSG:2154 --size 90x90
draws "an earlier period in another style" "Period: 2019" $layer "${box[@]}" --period 2019 --style diverging
draws "a legend beside the map" "$about" $layer "${box[@]}" --legend
legend=$(cksum <"$tree/map.png")
draws "without a legend it is another picture" "$about" $layer "${box[@]}"
[ "$legend" != "$(cksum <"$tree/map.png")" ]
result $? "which differs"
draws "exact colours, wide lines" "$about" $layer "${box[@]}" --exact --scale 2
draws "a larger level" "Title: Index of deprivation, Districts" deprivation.district "${box[@]}"
call render "$atlas" $layer "${box[@]}" --out -
[ $status -eq 0 ] && [ -z "$err" ] && python3 tests/tools/png_text.py - <"$tree/out" >/dev/null
result $? "--out - writes the picture to standard output" "status $status; $err"

# --- what cannot be written ---------------------------------------------------------------------------------------------

ends "a folder that is not there is named" 1 "$tree/none/map.png" render "$atlas" $layer "${box[@]}" --out "$tree/none/map.png"
ends "a folder is no place for a picture" 1 "$tree/county" render "$atlas" $layer "${box[@]}" --out "$tree/county"
echo earlier >"$tree/keep.png"
(ulimit -f 0; trap '' XFSZ; exec "$program" render "$atlas" $layer "${box[@]}" --out "$tree/keep.png") 2>&1 | grep -q "$tree/keep.png could not be written"
result $? "a full disk is reported"
[ "$(cat "$tree/keep.png")" = earlier ] && ! compgen -G "$tree/*.part" >/dev/null
result $? "leaves the earlier picture and nothing half written" "$(ls "$tree")"
mkfifo "$tree/pipe"
python3 tests/tools/png_text.py "$tree/pipe" >"$tree/described" & 
call render "$atlas" $layer "${box[@]}" --out "$tree/pipe"
wait $!
[ $status -eq 0 ] && [ -p "$tree/pipe" ] && grep -q 400x400 "$tree/described"
result $? "a pipe is written to, not replaced"
if [ -c /dev/full ]; then
    "$program" --help 2>"$tree/err.all" >/dev/full
    [ $? -eq 1 ] && grep -q "standard output" "$tree/err.all"
    result $? "an answer that does not arrive is a failure"
else skip "an answer that does not arrive is a failure" "no /dev/full"; fi
ends "a folder that cannot be made is named" 1 "$tree/keep.png" sample "$tree/keep.png"

# --- the directory's store ----------------------------------------------------------------------------------------------

county=$tree/kept
"$program" sample "$county" 2>/dev/null
call check "$county/atlas.yaml" --strict
[ "$status" -eq 0 ] && [[ $out == *"register  Community directory: 60 entries of 60 rows"*": 50 entries of 50 rows"* ]] &&
    [ ! -e "$county/directory.gpkg" ]
result $? "check looks at the seeds of a store that is not there yet, and does not make it" "$out$err"

serve_as() { # serve_as COMMAND...: serves the county until it has said where, then ends it
    "$@" "$program" serve "$county/atlas.yaml" --listen 127.0.0.1:0 2>"$tree/err.all" >/dev/null </dev/null &
    local server=$!
    for _ in $(seq 300); do
        grep -q '^serving ' "$tree/err.all" || ! kill -0 $server 2>/dev/null && break
        sleep 0.1
    done
    found=$(curl -s "$(sed -n 's/^serving //p' "$tree/err.all")coalitions?limit=0" | grep -o '"numberMatched":[0-9]*')
    kill $server 2>/dev/null
    wait $server
}
name="where the store cannot be made, its seeds are shown with a warning"
nobody=()
if [ "$(id -u)" -eq 0 ]; then nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups); fi
chmod 755 "$tree" "$county" "$county/data"
chmod a+r "$county"/* "$county"/data/*
if "${nobody[@]}" test -x "$program" && "${nobody[@]}" test -r "$county/atlas.yaml"; then
    chmod a-w "$county"
    serve_as "${nobody[@]}"
    [ "$found" = '"numberMatched":52' ] && grep -q "warning load: the store .* nobody can change it" "$tree/err.all" && [ ! -e "$county/directory.gpkg" ]
    result $? "$name" "$found $(cat "$tree/err.all")"
    chmod u+w "$county"
else skip "$name" "another user cannot reach the program"; fi

serve_as env
[ "$found" = '"numberMatched":52' ] && [ -e "$county/directory.gpkg" ]
result $? "the first time the county is served its store is made" "$found $(cat "$tree/err.all")"
rm "$county"/data/coalitions.csv "$county"/data/partnerships.csv
call check "$county/atlas.yaml"
[ "$status" -eq 1 ] && [[ $err == *coalitions.csv* ]]
result $? "the seeds of an atlas stay where it says" "$out$err"

# --- installation -------------------------------------------------------------------------------------------------------

env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s --no-print-directory VARIANT="$variant" install DESTDIR="$tree/root" PREFIX=/usr \
    >"$tree/out" 2>&1
result $? "make install succeeds" "$(tail -n 20 "$tree/out")"
[ "$("$tree/root/usr/bin/evenground" --version)" = "evenground $(cat VERSION)" ]
result $? "the installed program runs"
page=$tree/root/usr/share/man/man1/evenground.1
[ -f "$page" ]
result $? "the manual page is installed" "$(find "$tree/root" -type f)"
for command in serve check render sample "directory export" "directory import" editor; do
    # shellcheck disable=SC2086 # two words
    for option in $("$program" $command --help | grep -oE '(^| )--[a-z-]+' | sort -u); do
        grep -q -- "${option//-/\\\\-}" "$page" || echo "$command $option"
    done
done >"$tree/out"
[ ! -s "$tree/out" ]
result $? "the manual page has every option of every command" "$(cat "$tree/out")"
if command -v mandoc >/dev/null; then
    complaints=$(mandoc -T lint -W warning "$page" 2>&1)
    result $? "mandoc has nothing to say about the manual page" "$complaints"
elif command -v man >/dev/null && command -v groff >/dev/null; then
    complaints=$(man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
    [ -z "$complaints" ]
    result $? "man has nothing to say about the manual page" "$complaints"
else skip "the manual page has no mistakes" "neither mandoc nor groff"; fi
missing=
for option in $(for command in serve check render sample; do "$program" $command --help; done | grep -o '^  --[a-z]*' | sort -u); do
    sed 's/\\-/-/g' "$page" | grep -q -e "$option" || missing="$missing $option"
done
[ -z "$missing" ]
result $? "the manual page knows every option" "missing:$missing"

echo "1..$number"
[ $failures -eq 0 ]
