#!/usr/bin/env bash
# in a pipe there is no progress, no colour, and --json is one document
. "$(dirname "$0")/lib.sh"
samples
"$interdict" examine "$phones/iphone-clean" -i "$INTERDICT_SOURCE/examples/indicators" --json >"$work/json" 2>"$work/said"
[ "$(json "$work/json" 'd["verdict"]')" = "no trace found" ] || fail "json"
[ ! -s "$work/said" ] || fail "said: $(cat "$work/said")"
TERM=xterm env -u NO_COLOR "$interdict" examine "$phones/iphone-clean" >"$work/text" 2>&1
! grep -q $'\x1b' "$work/text" || fail "escape codes in a pipe"

# At most a hundred rows of a finding, and the count of all.
"$make_phone" rows "$work/many" --visits 20000
echo example.org >"$work/hosts.txt"  # every host below it, too
run 1 "$interdict" examine "$work/many" -i "$work/hosts.txt" --rows 1000 --out "$work/report"
says "rows in all"
says "--rows: 100 are kept of each finding, and the count of all"
shown=$(grep -c "ios/safari_history history_visits:" <<<"$output" || true)
[ "$shown" -ge 100 ] || fail "$shown rows shown"
count=$(json "$work/report/report.json" '[(f["count"], len(f["rows"])) for f in d["findings"] if f["indicator"]]')
[[ $count == *", 100)"* ]] || fail "$count"
