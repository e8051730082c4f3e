#!/usr/bin/env bash
# postfix: a phone found compromised reaches the gate through its owner, at the next message and after a restart
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/servers.sh"
start_dovecot
start_gate act
mapfile -t gate_lines < <(example postfix/main.cf)
start_postfix "${gate_lines[@]}"
ehlo=smtpclient.apple
mail_of_bob() { iphone_message | sed "s/from-an-iphone/$1/; s/ministry.example/agency.example/"; }
submit bob@agency.example --data - < <(mail_of_bob before)
[ $status = 0 ] || fail "$output"
examination='{"serial":"F0TEST","product_type":"iPhone15,2","build":"20F66","verdict":"compromised","examined_at":"2024-01-01T00:00:00Z","report_digest":"00"'
control /v1/examinations --data "$examination}" >"$work/said" || fail "$(cat "$work/said")"
submit bob@agency.example --data - < <(mail_of_bob unmapped)
[ $status = 0 ] || fail "a phone of nobody's was held against bob: $output"
control /v1/examinations --data "$examination,\"owner\":\"bob@agency.example\"}" >"$work/said" || fail "$(cat "$work/said")"
submit bob@agency.example --data - < <(mail_of_bob after)
[ $status != 0 ] || fail "the compromised phone passed: $output"
says "No compromised phones" "rule no-compromised"
stop_gate
start_gate act
for _ in $(seq 100); do submit bob@agency.example --data - < <(mail_of_bob again); [ $status != 0 ] && break; pause; done
says "No compromised phones"
ehlo="[127.0.0.1]"
submit bob@agency.example --data - < <(k9_message | sed 's/ministry.example/agency.example/g; s/from-an-android/bobs-android/')
[ $status = 0 ] || fail "bob's other phone was refused: $output"
