#!/usr/bin/env bash
# Ctrl-C ends an examination cleanly: 130, and no report
. "$(dirname "$0")/lib.sh"
rows=300000
[ -z "$INTERDICT_SANITIZE" ] || rows=60000  # the sanitizers make both the phone and its reading slow
"$make_phone" rows "$work/phone" --manifest $rows --messages $rows
set -m  # a process group of its own, so that SIGINT is not ignored as for background jobs
"$interdict" examine "$work/phone" --out "$work/report" >"$work/said" 2>&1 &
pid=$!
set +m
for _ in $(seq 300); do [ -d "$work/report" ] && break; read -rt 0.01 <> <(:) || true; done
kill -INT "$pid"
status=0
wait "$pid" || status=$?
[ $status = 130 ] || fail "status $status: $(cat "$work/said")"
[ -z "$(ls -A "$work/report" 2>/dev/null)" ] || fail "left behind: $(ls -A "$work/report")"
grep -q interrupted "$work/said" || fail "$(cat "$work/said")"
