#!/usr/bin/env bash
# a clean phone has no trace, every core store was read, and the answer is 0
. "$(dirname "$0")/lib.sh"
samples
for phone in iphone-clean ipad-clean; do
  run 0 "$interdict" examine "$phones/$phone" -i "$INTERDICT_SOURCE/examples/indicators" --out "$work/$phone"
  says "NO TRACE FOUND" "not a clean bill of health" "Every core store was read" "report.html"
  [ "$(json "$work/$phone/report.json" 'd["verdict"]')" = "no trace found" ] || fail "verdict"
  [ "$(json "$work/$phone/report.json" 'd["core_stores_not_read"]')" = "[]" ] || fail "core stores"
  [ "$(json "$work/$phone/coverage.json" '[a["artefact"] for a in d["artefacts"] if a["state"] != "parsed"]')" = "[]" ] ||
    fail "not all parsed: $(cat "$work/$phone/coverage.json")"
done
