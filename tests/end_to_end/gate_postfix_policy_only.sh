#!/usr/bin/env bash
# postfix: without a milter, by policy delegation, an EHLO of Apple's says no line of phones, and refuses where the ban is on all of Apple
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/servers.sh"
start_dovecot
start_gate act
mapfile -t gate_lines < <(example postfix/policy-only.cf)
start_postfix "${gate_lines[@]}"
ehlo=smtpclient.apple
submit alice@ministry.example --data - < <(iphone_message | sed 's/from-an-iphone/by-ehlo-alone/')
[ $status = 0 ] || fail "an EHLO alone was enough: $output"
delivered by-ehlo-alone || fail "not delivered"
[ "$(curl -s "http://127.0.0.1:$http_port/metrics" | sed -n 's/^interdict_decisions_total{action="allow"} //p')" -ge 1 ] ||
  fail "the request was not judged"

# All of Apple, and a site that acts on three to one.
write_ban
sed -i 's/^family = "mobile"$//' "$servers/ban.toml"
printf '[thresholds]\nhold = 0.5\nrefuse = 0.5\n' >>"$servers/ban.toml"
for _ in $(seq 200); do [ "$(grep -c "and acts" "$servers/gate.log")" -ge 2 ] && break; pause; done
submit alice@ministry.example --data - < <(iphone_message)
[ $status != 0 ] || fail "it passed: $output $(tail -3 "$servers/gate.log")"
says "550 5.7.1" "No Apple phones for work"
ehlo="[127.0.0.1]"
submit alice@ministry.example --data - < <(k9_message)
[ $status = 0 ] || fail "another EHLO was refused: $output"
