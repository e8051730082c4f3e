#!/usr/bin/env bash
# postfix: with the gate down or killed mail flows where the site chose so, and waits where it did not
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/servers.sh"
start_dovecot
start_gate act
mapfile -t gate_lines < <(example postfix/main.cf)
start_postfix "${gate_lines[@]}"
ehlo=smtpclient.apple
submit alice@ministry.example --data - < <(iphone_message)
[ $status != 0 ] || fail "the gate does not act"

stop_gate -KILL
submit alice@ministry.example --data - < <(iphone_message | sed 's/from-an-iphone/failed-open/')
[ $status = 0 ] || fail "fail-open did not let pass: $output"
delivered failed-open || fail "not delivered"

postconf -c "$servers/postfix" -e milter_default_action=tempfail
postfix -c "$servers/postfix" reload >/dev/null 2>&1
for _ in $(seq 100); do
  submit alice@ministry.example --data - < <(iphone_message)
  [[ $output == *" 451 "* || $output == *" 450 "* ]] && break
  pause
done
[ $status != 0 ] || fail "fail-closed let pass: $output"
[[ $output == *" 45"* ]] || fail "$output"

# It comes back, and knows everything again.
start_gate act
for _ in $(seq 100); do
  submit alice@ministry.example --data - < <(iphone_message)
  [[ $output == *"550 5.7.1"* ]] && break
  pause
done
says "550 5.7.1 No Apple phones for work"
