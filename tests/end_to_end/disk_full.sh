#!/usr/bin/env bash
# a disk that is full while reports are written: a clear error and no half report
. "$(dirname "$0")/lib.sh"
samples
limited() { (trap '' XFSZ; ulimit -f "$1"; shift; "$@"); }
for blocks in 0 1 8; do
  run 4 limited $blocks "$interdict" examine "$phones/iphone-infected" --out "$work/report-$blocks"
  says "writing" "File too large"
  [ -z "$(ls -A "$work/report-$blocks" 2>/dev/null)" ] || fail "left behind: $(ls -A "$work/report-$blocks")"
done
mkdir "$work/locked" && chmod 500 "$work/locked"
: >"$work/a-file"
run 4 "$interdict" examine "$phones/iphone-infected" --out "$work/a-file/report"
says "a-file"
# Standard output to a full device is not silence.
status=0
"$interdict" examine "$phones/iphone-clean" >/dev/full 2>"$work/said" || status=$?
[ $status = 4 ] || fail "status $status for a full standard output"
grep -q "standard output" "$work/said" || fail "$(cat "$work/said")"
