#!/usr/bin/env bash
# every planted trace is found on the infected phones, and their encrypted twins give the same findings
. "$(dirname "$0")/lib.sh"
samples
export INTERDICT_PASSWORD=interdict-sample
for device in iphone ipad; do
  for twin in "$device-infected" "$device-infected-encrypted"; do
    run 1 "$interdict" examine "$phones/$twin" -i "$INTERDICT_SOURCE/examples/indicators" --out "$work/$twin"
    says "COMPROMISED" "BackupAgent"
  done
  plain=$work/$device-infected/report.json cipher=$work/$device-infected-encrypted/report.json
  [ "$(json "$plain" '[f["id"] for f in d["findings"]]')" = "$(json "$cipher" '[f["id"] for f in d["findings"]]')" ] ||
    fail "the twins differ"
  # An encrypted manifest holds the files' keys: its digest alone may differ.
  findings() { sed -E 's/"sha256":"[0-9a-f]{64}",("table":"Files")/\1/g' "$work/$1/findings.jsonl"; }
  diff <(findings "$device-infected") <(findings "$device-infected-encrypted") || fail "the twins' findings differ"
  cmp "$work/$device-infected/timeline.csv" "$work/$device-infected-encrypted/timeline.csv" || fail "timelines differ"
  rules=$(json "$plain" 'sorted({f["rule"]["id"] for f in d["findings"] if f["rule"]})')
  for rule in operation-triangulation-process operation-triangulation-cluster data-usage-deleted-process \
    safari-redirect outdated-version; do
    [[ $rules == *$rule* ]] || fail "no finding of $rule on $device: $rules"
  done
  # Each of the indicator's own traces, in the table that holds it.
  hits=$(json "$plain" 'sorted({(f["artefact"], f["indicator"]["type"], f["kind"]) for f in d["findings"] if f["indicator"]})')
  for hit in "('ios/data_usage', 'process', 'compromise')" "('ios/os_analytics_ad_daily', 'process', 'compromise')" \
    "'domain', 'exposure')"; do
    [[ $hits == *$hit* ]] || fail "no hit $hit: $hits"
  done
done
# The kind decides the status.
run 0 "$interdict" examine "$phones/iphone-clean" --fail-on compromise
run 1 "$interdict" examine "$phones/iphone-infected" --fail-on compromise
