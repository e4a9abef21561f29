#!/bin/sh
# run.sh PROGRAM ATLAS [OPTION...]: makes the fictional county where it is asked for and not there yet, and serves the atlas
# with the options.
set -eu
program=$1 atlas=$2
shift 2
county=geodata/county/atlas.yaml
if [ "$atlas" = "$county" ] && [ ! -f "$county" ]; then
    echo "Making the fictional county in geodata/county ..." >&2
    "$program" sample geodata/county --areas 400 --seed 1
fi
if [ ! -f "$atlas" ]; then
    echo "There is no $atlas. Give another: make run ATLAS=path/to/atlas.yaml" >&2
    exit 1
fi
exec "$program" serve "$atlas" "$@"
