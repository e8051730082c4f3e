#!/usr/bin/env bash
# postfix: observing changes nothing, warning adds a field, holding keeps back, and a ban swapped under way decides at once
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/servers.sh"
start_dovecot
start_gate observe
mapfile -t gate_lines < <(example postfix/main.cf)
start_postfix "${gate_lines[@]}"
ehlo=smtpclient.apple

submit alice@ministry.example --data - < <(iphone_message | sed 's/from-an-iphone/only-observed/')
[ $status = 0 ] || fail "observing refused: $output"
delivered only-observed || fail "not delivered"
! grep -rq "X-Interdict" "$servers/delivered" || fail "observing left a trace in the mail"
[[ $(curl -s "http://127.0.0.1:$http_port/metrics") == *'interdict_decisions_total{action="refuse"} 1'* ]] || fail "the decision was not counted"
stop_gate

write_ban warn
start_gate act
submit alice@ministry.example --data - < <(iphone_message | sed 's/from-an-iphone/with-a-warning/')
[ $status = 0 ] || fail "warning refused: $output"
delivered with-a-warning || fail "not delivered"
grep -rq "^X-Interdict: warn; No Apple phones for work" "$servers/delivered" || fail "no warning in the mail"
gate_says "notice: alice@ministry.example is to be told"
submit alice@ministry.example --data - < <(iphone_message)
[ "$(grep -c "notice: alice" "$servers/gate.log")" = 1 ] || fail "told twice of the same device and stage"

# The ban is changed while mail goes on.
write_ban refuse
gate_says "policy test.*and acts"
for _ in $(seq 200); do [ "$(grep -c "and acts" "$servers/gate.log")" -ge 2 ] && break; pause; done
submit alice@ministry.example --data - < <(iphone_message)
[ $status != 0 ] || fail "the changed ban did not decide"

# A broken ban keeps the old one, and says so.
echo 'stages = "broken"' >>"$servers/ban.toml"
gate_says "THE CHANGED BAN CANNOT BE USED"
submit alice@ministry.example --data - < <(iphone_message)
[ $status != 0 ] || fail "a broken ban opened the gate"
says "550 5.7.1"
[[ $(curl -s "http://127.0.0.1:$http_port/v1/health") == *'"status":"old policy"'* ]] || fail "health says nothing of it"

write_ban hold
for _ in $(seq 200); do [ "$(grep -c "and acts" "$servers/gate.log")" -ge 3 ] && break; pause; done
submit alice@ministry.example --data - < <(iphone_message | sed 's/from-an-iphone/kept-back/')
[ $status = 0 ] || fail "holding refused: $output"
for _ in $(seq 100); do find "$servers/queue/hold" -type f | grep -q . && break; pause; done
find "$servers/queue/hold" -type f | grep -q . || fail "nothing is held: $(tail -5 "$servers/maillog")"
! grep -rq kept-back "$servers/delivered" || fail "what is held was delivered"
