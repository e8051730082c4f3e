#!/usr/bin/env bash
# a real backup of a healthy phone: no trace found, and the unread core stores are named
. "$(dirname "$0")/lib.sh"
[ -d "$data/ios/backup-14.3" ] || skip "real data ios/backup-14.3 is not beside the project"
run 3 "$interdict" examine "$data/ios/backup-14.3" -i "$data/indicators" --out "$work/report"
says "NO TRACE FOUND" "ios/os_analytics_ad_daily" "ios/safari_history"
report=$work/report/report.json
[ "$(json "$report" 'd["verdict"]')" = "no trace found" ] || fail verdict
[ "$(json "$report" '[f["kind"] for f in d["findings"] if f["kind"] in ("compromise", "attempt", "exposure")]')" = "[]" ] ||
  fail "findings: $(json "$report" 'd["findings"]')"
artefacts=$(json "$report" '[a["artefact"] for a in d["coverage"]]')
for name in backup_info manifest data_usage os_analytics_ad_daily sms sms_attachments safari_history \
  safari_browser_state webkit_resource_load_statistics tcc; do
  [[ $artefacts == *"ios/$name"* ]] || fail "coverage does not name $name"
done
[[ $output == *"3721 rows"* ]] || fail "manifest rows: $output"
