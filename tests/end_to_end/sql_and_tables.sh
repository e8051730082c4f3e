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
[[ $output =~ ^\{\"n\":[0-9]+\}$ ]] || fail "$output"
run 0 "$interdict" sql --json "$phones/iphone-infected" "SELECT 9007199254740993 AS a, 0.5 AS b, '7' AS c, NULL AS d, 9e999 AS e"
[ "$output" = '{"a":9007199254740993,"b":0.5,"c":"7","d":null,"e":null}' ] || fail "$output"
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

# Interrupted once it has given its first rows. Python tells an exit status of 130 from a death by
# the signal, which the shell shows as 130, too.
python3 - "$interdict" sql "$phones/iphone-clean" \
  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n" <<'PY'
import signal, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
assert process.stdout.read(1000).startswith(b"i\n1\n2\n")
process.send_signal(signal.SIGINT)
said = process.communicate(timeout=60)[1]
assert process.returncode == 130, process.returncode
assert b"stopped" in said, said
PY
