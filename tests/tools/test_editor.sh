#!/bin/bash
# evenground editor as people call it: passwords from standard input and from a terminal, tokens, what is said and what is not.
set -u
cd "$(dirname "$0")/../.." || exit 2
program=${EVENGROUND_PROGRAM:-$PWD/build/${EVENGROUND_VARIANT:-release}/evenground}
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
file=$tree/editors.txt
number=0 failures=0

result() { # result STATUS NAME [WHY]
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else
        echo "not ok $number - $2"
        failures=$((failures + 1))
        printf '%s\n' "${3:-}" | sed 's/^/# /' | head -n 20
    fi
}

call() { # call INPUT ARGUMENT...: runs the command; leaves status, out and err
    local input=$1
    shift
    printf '%s' "$input" | timeout 60 "$program" editor "$@" >"$tree/out" 2>"$tree/err"
    status=$?
    out=$(<"$tree/out")
    err=$(<"$tree/err")
}

is() { # is NAME STATUS WORD: WORD in what was said; of a failure nothing on standard output
    [ "$status" -eq "$2" ] && [[ "$out$err" == *"$3"* ]] && { [ "$2" -eq 0 ] || [ -z "$out" ]; }
    result $? "$1" "status $status; out: $out; err: $err"
}

call '' --help; is "help tells of all four" 0 "evenground editor remove FILE NAME"
call '' add --help; is "each of them has help" 0 "at least 12 characters"
call ''; is "without a word it is misused" 2 "add, token, list or remove"
call '' change "$file" Ann; is "another word is misused" 2 "add, token, list or remove"
call '' add "$file"; is "a name is needed" 2 "FILE NAME"
call '' list "$file"; is "a file that is not there has no list" 1 "No such file"
call $'too short\n' add "$file" Ann; is "a short password is refused" 1 "at least 12"
[ ! -e "$file" ]; result $? "and no file was made"
call '' add "$file" Ann; is "no password is none" 1 "at least 12"
call "$(printf 'a%.0s' {1..2000})" add "$file" Ann; is "a password of 2000 bytes is refused" 1 "1024"
call $'correct horse battery\nwhat follows\n' add "$file" Ann; is "the first line is the password" 0 ""
[ -z "$out$err" ] && [ "$(stat -c %a "$file")" = 600 ]; result $? "nothing is said, and the file is its owner's" "$out$err"
call '' token "$file" nightly; is "a token is printed" 0 "eg_"
[[ $out =~ ^eg_[0-9a-f]{64}$ ]] && ! grep -q "${out#eg_}" "$file"; result $? "and does not stand in the file" "$out"
token=$out
call '' token "$file" nightly; [ "$out" != "$token" ]; result $? "another time it is another one"
call '' token "$file" Ann; is "a person may have one, too" 0 "eg_"
call '' list "$file"; is "the list says who has what" 0 $'password,token Ann\ntoken          nightly'
call '' remove "$file" Bob; is "who is not there cannot be removed" 1 "'Bob'"
call '' remove "$file" nightly; is "an editor is removed" 0 ""
call '' list "$file"; [[ $out != *nightly* ]]; result $? "and gone from the list" "$out"
chmod 640 "$file"
call '' list "$file"; is "a file that a group may read is refused" 1 "chmod 600"
chmod 600 "$file"
echo "password:Eve:hunter2" >>"$file"
call '' list "$file"; is "a damaged line is named" 1 "editors.txt:4"
[[ $err != *hunter2* ]]; result $? "but not shown" "$err"
[ -z "$(find "$tree" -name 'editors.txt.*')" ]; result $? "nothing is left beside the file"

said=$(python3 - "$program" "$tree/typed.txt" 2>&1 <<'END'
import os, pty, select, sys, termios, time

def typed(first, second):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.argv[1], [sys.argv[1], "editor", "add", sys.argv[2], "Ann"])
    said = b""
    for line in (first, second):
        asked = len(said)
        while not said[asked:].rstrip().endswith(b":"):
            assert select.select([terminal], [], [], 30)[0], said
            said += os.read(terminal, 1000)
        os.write(terminal, line + b"\n")
    while True:
        try:
            piece = os.read(terminal, 1000)
        except OSError:
            break
        if not piece:
            break
        said += piece
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said

status, said = typed(b"typed by a person", b"typed by another")
assert status == 1 and b"not the same" in said and not os.path.exists(sys.argv[2]), (status, said)
status, said = typed(b"typed by a person", b"typed by a person")
assert status == 0 and b"typed by" not in said and os.path.exists(sys.argv[2]), (status, said)
END
)
result $? "on a terminal it is typed twice, and unseen" "$said"

echo "1..$number"
[ $failures -eq 0 ]
