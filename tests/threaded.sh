#!/bin/bash
# threaded.sh: prints the unit and property tests whose program has more than one thread of ours, which are those that ThreadSanitizer is
# worth running on: a race takes two threads. A program has threads when its test makes some itself, or makes workers, a team, a server, or
# an engine that draws with several; nothing else in src starts any (tests/tools/test_run.sh compares). All the code that the server runs
# in many threads is run so by the scripts in tests/http.
cd "$(dirname "$0")/.." || exit 2
grep -lE 'pthread_create\(|eg_workers_new\(|eg_team_new\(|eg_server_new\(|\.n_drawing = ' tests/unit/*.c tests/property/*.c
