#!/bin/bash
# tools/run.sh and the county that it makes: kept while the program makes the same one, made anew when it makes another, left
# alone when somebody has changed it. The program is a stand-in whose county is the text in the file "sample".
set -u
cd "$(dirname "$0")/../.." || exit 2
project=$PWD
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cat >"$tree/program" <<'S'
#!/bin/sh
case $1 in
sample) mkdir -p "$2/data" && cp sample "$2/atlas.yaml" && echo 1 >"$2/data/table.csv" ;;
serve) echo "serving $(cat "$2"), options: $3 $4" ;;
esac
S
chmod +x "$tree/program"
atlas=geodata/county/atlas.yaml
number=0 failures=0

run() { (cd "$tree" && "$project/tools/run.sh" ./program "${1:-$atlas}" --threads 2 >out 2>err); }

fresh() { # as the first start of the first program leaves it
    rm -rf "$tree/geodata" "$tree/build"
    echo first >"$tree/sample"
    run
}

says() { grep -q "$2" "$tree/$1"; }

result() { # result STATUS NAME
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else
        echo "not ok $number - $2"
        failures=$((failures + 1))
        sed 's/^/# /' "$tree/out" "$tree/err"
    fi
}

echo 1..11
fresh
says out '^serving first, options: --threads 2$' && says err 'Making the fictional county'
result $? "the county is made when it is not there, and served with the options"
run && says out 'serving first' && [ ! -s "$tree/err" ]
result $? "it is kept while the program makes the same one"
echo second >"$tree/sample"
run && says out 'serving second' && says err 'making it anew' && [ ! -e "$tree/build/county.old" ]
result $? "it is made anew when the program makes another one"
run && says out 'serving second' && [ ! -s "$tree/err" ]
result $? "and then kept again"

fresh
echo mine >"$tree/$atlas"
run && says out 'serving mine' && [ ! -s "$tree/err" ]
result $? "a changed county is left as it is"
echo second >"$tree/sample"
run && says out 'serving mine' && says err 'rm -r geodata/county'
result $? "also when the program makes another one, and it says so"

fresh
echo store >"$tree/geodata/county/directory.gpkg"
echo names >"$tree/geodata/county/editors.txt"
run && says out 'serving first' && [ ! -s "$tree/err" ] && [ -e "$tree/geodata/county/directory.gpkg" ]
result $? "what is kept in the directory is no change of the county"
echo second >"$tree/sample"
run && echo store2 >"$tree/geodata/county/directory.gpkg" && echo third >"$tree/sample" && run &&
    says out 'serving third' && says err 'is in build/county.old.old' &&
    [ "$(cat "$tree/build/county.old/directory.gpkg" "$tree/build/county.old.old/directory.gpkg")" = "store
store2" ] && [ ! -e "$tree/geodata/county/directory.gpkg" ]
result $? "and it is put aside, not thrown away, when the county is made anew"

fresh
rm "$tree/geodata/county/.made"
echo second >"$tree/sample"
run && says out 'serving second' && [ "$(cat "$tree/build/county.old/atlas.yaml")" = first ]
result $? "a county of which nobody knows how it was made is put aside"
fresh
rm "$tree/$atlas"
run && says out 'serving first'
result $? "a county without its atlas is made anew"
run geodata/nowhere.yaml
[ $? -eq 1 ] && says err 'There is no geodata/nowhere.yaml' && [ ! -s "$tree/out" ]
result $? "another atlas that is not there is an error"
exit $((failures > 0))
