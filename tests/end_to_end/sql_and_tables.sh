#!/usr/bin/env bash
# an analyst can ask every table with SQL, and can change nothing with it
. "$(dirname "$0")/lib.sh"
# These commands lock their own process in, where the leak checker may not look at its threads.
export ASAN_OPTIONS=detect_leaks=0
samples
run 0 "$interdict" tables
says ios_sms ios_manifest ios_data_usage ios_os_analytics_ad_daily ios_backup_info ios_sms_attachments \
  ios_safari_history ios_safari_browser_state ios_webkit_resource_load_statistics ios_tcc
run 0 "$interdict" tables "$phones/iphone-clean"
says ios_sms
run 0 "$interdict" sql "$phones/iphone-infected" "SELECT process FROM ios_data_usage WHERE process = 'BackupAgent' LIMIT 1"
[ "$output" = "process"$'\n'"BackupAgent" ] || fail "$output"
run 0 "$interdict" sql --json "$phones/iphone-infected" "SELECT count(*) AS n FROM ios_sms"
says '{"n":"'
for statement in "ATTACH 'x' AS y" "PRAGMA journal_mode" "DELETE FROM ios_sms" "CREATE TABLE t(x)" "SELECT load_extension('x')"; do
  run 2 "$interdict" sql "$phones/iphone-clean" "$statement"
done
run 2 "$interdict" sql "$phones/iphone-clean" "SELECT * FROM ios_nonsense"
says "interdict tables"

# Text from a phone must not drive the screen of a person; a pipe gets it as it is.
hostile="SELECT 'a' || char(27) || '[2J' AS x"
run 0 python3 -c 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))' "$interdict" sql "$phones/iphone-clean" "$hostile"
says 'a\x1b[2J'
run 0 "$interdict" sql "$phones/iphone-clean" "$hostile"
says $'a\x1b[2J'

endless="WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
"$interdict" sql "$phones/iphone-clean" "$endless" >/dev/null 2>&1 &
sleep 1
kill -INT $! || fail "it had ended before it was interrupted"
status=0
wait $! || status=$?
[ "$status" = 130 ] || fail "exit status $status instead of 130 after an interruption"
