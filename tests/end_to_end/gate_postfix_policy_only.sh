#!/usr/bin/env bash
# postfix: without a milter, by policy delegation, a person's compromised phone is refused by its EHLO only when that is enough
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/servers.sh"
start_dovecot
start_gate act
mapfile -t gate_lines < <(example postfix/policy-only.cf)
start_postfix "${gate_lines[@]}"
# An EHLO of Apple's says "Apple", never "iPhone": it passes, and is counted as not known.
ehlo=smtpclient.apple
submit alice@ministry.example --data - < <(iphone_message | sed 's/from-an-iphone/by-ehlo-alone/')
[ $status = 0 ] || fail "an EHLO alone was enough: $output"
delivered by-ehlo-alone || fail "not delivered"
[[ $(curl -s "http://127.0.0.1:$http_port/metrics") == *'interdict_connections_total{listener="postfix_policy"}'* ]] || fail "no metrics"
grep -q "sasl_username=alice@ministry.example" "$servers/maillog" || fail "not authenticated"
[ "$(curl -s "http://127.0.0.1:$http_port/metrics" | sed -n 's/^interdict_decisions_total{action="allow"} //p')" -ge 1 ] || fail "the request was not judged"
