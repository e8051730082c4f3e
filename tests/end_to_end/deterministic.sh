#!/usr/bin/env bash
# the same phone gives the same bytes, but for the run header
. "$(dirname "$0")/lib.sh"
samples
for n in 1 2; do
  run 1 "$interdict" examine "$phones/iphone-infected" -i "$INTERDICT_SOURCE/examples/indicators" --out "$work/$n"
done
for file in findings.jsonl coverage.json timeline.csv alerts.json; do cmp "$work/1/$file" "$work/2/$file" || fail "$file"; done
strip() { python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); del d["run"]; print(json.dumps(d))' "$1"; }
[ "$(strip "$work/1/report.json")" = "$(strip "$work/2/report.json")" ] || fail report.json
diff <(grep -v '<footer>' "$work/1/report.html") <(grep -v '<footer>' "$work/2/report.html") || fail report.html
