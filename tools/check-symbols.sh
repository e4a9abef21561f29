#!/bin/bash
# check-symbols.sh LIBRARY: every external symbol of the library starts with eg_ (libgdal alone brings 43,000 plain names
# into the process), and no object but the log's holds writable data (mutable file-scope state).
set -u
library=${1:?usage: tools/check-symbols.sh LIBRARY}
[ -f "$library" ] || { echo "$library: not built; run make build"; exit 1; }

names=$(nm --extern-only --defined-only "$library" 2>/dev/null | awk '
    /^[^ ]+\.o:$/ { object = substr($0, 1, length($0) - 1) }
    NF == 3 && $3 !~ /^eg_/ { printf "%s: external symbol %s: name it eg_<module>_<verb> or make it static\n", object, $3 }')

# Sections that are written at run time; .data.rel.ro is not, the loader seals it.
state=$(objdump --syms "$library" | awk '
    /^[^ ]+\.o: / { object = substr($1, 1, length($1) - 1) }
    object != "log.o" && /[ \t]O[ \t]/ && match($0, /(\.data|\.bss|\.tdata|\.tbss|\*COM\*)[^ \t]*/) {
        section = substr($0, RSTART, RLENGTH)
        if (section !~ /^\.data\.rel\.ro/) {
            printf "%s: %s is mutable file-scope state (%s): pass it in a struct, or make it const\n", object, $NF, section
        }
    }')

[ -z "$names$state" ] || { printf '%s\n' "$names" "$state" | sed '/^$/d'; exit 1; }
