#!/bin/bash
# tools/geodata.sh on a small country with a mirror of its own, then on the real lists: that they name what the atlases read,
# and, where the real data are there, that the mirror holds it.
set -u
cd "$(dirname "$0")/../.." || exit 2
project=$PWD
real_mirror=$(cd "${EVENGROUND_DATA:-../shared/data}" 2>/dev/null && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
land=$tree/geodata/land
data=$land/data
export EVENGROUND_DATA=$tree/mirror
number=0

result() { # result STATUS NAME
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; fi
}

sum() { sha256sum | cut -d ' ' -f 1; }

line() { # line FILE MIRROR SHA256 ROWS
    printf '%s\t%s\t%s\t%s\tThe Office\thttps://office.example/\tcode, name\n' "$@" >>"$land/sources.tsv"
}

fresh() { # a country of three files and a mirror that holds them
    rm -rf "$tree"/{tools,geodata,mirror}
    mkdir -p "$tree"/{tools,mirror} "$land"
    cp tools/geodata.sh "$tree/tools/"
    printf 'code,name\n1,"two\nlines"\n2,b\n' >"$tree/plain.csv"
    printf 'code\n1\n2\n3\n' >"$tree/zipped.csv"
    printf 'a picture\n' >"$tree/packed.bin"
    cp "$tree/plain.csv" "$tree/mirror/"
    gzip -c "$tree/zipped.csv" >"$tree/mirror/zipped.csv.gz"
    xz -c "$tree/packed.bin" >"$tree/mirror/packed.bin.xz"
    printf '# a remark\nfile\tmirror\tsha256\trows\tpublisher\taddress\tlayout\n' >"$land/sources.tsv"
    line plain.csv plain.csv "$(sum <"$tree/plain.csv")" 2
    line zipped.csv.gz zipped.csv.gz "$(sum <"$tree/zipped.csv")" 3
    line packed.bin packed.bin.xz "$(sum <"$tree/packed.bin")" 1
}

bring() { # bring [--force] COUNTRY: sets output and status
    output=$("$tree/tools/geodata.sh" "$@" 2>&1)
    status=$?
}

nothing_half_written() { [ -z "$(find "$data" -name '*.part')" ]; }

command -v xz >/dev/null || { echo "1..0 # SKIP xz is not installed"; exit 0; }
echo 1..15

fresh
bring land
[ $status -eq 0 ] && cmp -s "$data/plain.csv" "$tree/plain.csv" && cmp -s "$data/packed.bin" "$tree/packed.bin" &&
    [ "$(gzip -dc "$data/zipped.csv.gz")" = "$(cat "$tree/zipped.csv")" ] && nothing_half_written
result $? "the files of a mirror are unpacked and gzipped tables stay gzipped"

touch -d 2001-01-01 "$data"/*
bring land
[ $status -eq 0 ] && [[ $output == *"there already"* ]] && [ -z "$(find "$data" -type f -newermt 2002-01-01)" ]
result $? "a second run checks what is there and writes nothing"

rm "$data/packed.bin" "$tree/mirror/packed.bin.xz"
bring land
[ $status -eq 1 ] && [[ $output == *"packed.bin: not in "*"downloading was not tried"*"The Office"*"https://office.example/"*"code, name"* ]] &&
    [[ $output == *"1 of 3 files"* ]]
result $? "a file that the mirror lacks is told with its publisher, address and layout"

fresh
head -c 40 "$tree/mirror/packed.bin.xz" >"$tree/short" && mv "$tree/short" "$tree/mirror/packed.bin.xz"
bring land
[ $status -eq 1 ] && [ ! -e "$data/packed.bin" ] && nothing_half_written && [[ $output == *"cannot be read or unpacked"* ]]
result $? "an archive that is cut off leaves nothing behind"

fresh
printf 'code,name\n1,a\n' >"$tree/mirror/plain.csv"
bring land
[ $status -eq 1 ] && [ ! -e "$data/plain.csv" ] && nothing_half_written && [[ $output == *"1 rows instead of 2"* ]]
result $? "a table with another number of rows is refused"

fresh
printf 'code,name\n1,a\n2,c\n' >"$tree/mirror/plain.csv"
bring land
[ $status -eq 1 ] && [ ! -e "$data/plain.csv" ] && [[ $output == *"checksum"* ]] && [ -e "$data/zipped.csv.gz" ]
result $? "a table with another checksum is refused, and the others are brought all the same"

fresh
mkdir -p "$data"
printf 'code,name\n1,mine\n2,mine\n' >"$data/plain.csv"
bring land
[ $status -eq 1 ] && grep -q mine "$data/plain.csv" && [[ $output == *"--force"* ]]
result $? "a file of the user's own is kept and reported"

bring --force land
[ $status -eq 0 ] && cmp -s "$data/plain.csv" "$tree/plain.csv"
result $? "--force takes the mirror's instead"

fresh
mkdir -p "$data"
echo half >"$data/.plain.csv.part"
bring land
[ $status -eq 0 ] && nothing_half_written
result $? "what a killed run left is cleared away"

fresh
rm "$tree/mirror/plain.csv" && mkfifo "$tree/mirror/plain.csv"
setsid "$tree/tools/geodata.sh" land >/dev/null 2>&1 &
pid=$!
exec 8>"$tree/mirror/plain.csv"
printf 'code,na' >&8
for _ in $(seq 50); do [ -e "$data/.plain.csv.part" ] && break; sleep 0.1; done
kill -TERM -- "-$pid" 2>/dev/null
exec 8>&-
wait "$pid" 2>/dev/null
[ ! -e "$data/plain.csv" ] && nothing_half_written
result $? "a run that is stopped midway leaves no half of a file"

fresh
mkdir -p "$data"
(exec 9<"$data"; flock 9; sleep 5) &
holder=$!
sleep 0.3
bring land
kill "$holder" 2>/dev/null
wait "$holder" 2>/dev/null
[ $status -eq 1 ] && [[ $output == *"another"*"is at work"* ]]
result $? "two runs do not meet in one folder"

bring nowhere && first=$status
bring ../land && second=$status
bring && third=$status
[ "$first$second$third" = 222 ] && [[ $output == *"COUNTRY: land"* ]]
result $? "an unknown country or none is wrong usage, and the known ones are listed"

# Every file that an atlas reads is in its list, and every file in the list is read.
named() { # named COUNTRY
    diff <(grep -o 'data/[A-Za-z0-9_.]*' "geodata/$1/atlas.yaml" | sed 's,data/,,' | grep '[a-z0-9]$' | sort -u) \
        <(grep -v '^#' "geodata/$1/sources.tsv" | tail -n +2 | cut -f 1 | sort -u)
}
for country in england massachusetts; do
    difference=$(named $country)
    [ -z "$difference" ] || printf '# %s\n' "$difference"
    [ -z "$difference" ] && ! grep -v '^#' "geodata/$country/sources.tsv" | awk -F '\t' 'NF != 7 { bad = 1 } END { exit !bad }'
    result $? "the list of $country names exactly what its atlas reads"
done

if [ -z "$real_mirror" ] || [ ! -f "$real_mirror/ma_tract_income.csv" ]; then
    echo "ok 15 - the real mirror holds what the list of Massachusetts says # SKIP no real data (set EVENGROUND_DATA)"
else
    cp -r "$project/geodata/massachusetts" "$tree/geodata/" && rm -rf "$tree/geodata/massachusetts/data"
    EVENGROUND_DATA=$real_mirror bring massachusetts
    [ $status -eq 0 ] || printf '# %s\n' "$output"
    result $status "the real mirror holds what the list of Massachusetts says"
fi
