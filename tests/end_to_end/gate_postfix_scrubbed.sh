#!/usr/bin/env bash
# postfix: a site that scrubs X-Mailer before the milter sees it still knows the phone by what is left
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/servers.sh"
start_dovecot
start_gate act
printf '/^(X-Mailer|User-Agent):/ IGNORE\n' >"$servers/header_checks"
mapfile -t gate_lines < <(example postfix/main.cf)
start_postfix "${gate_lines[@]}" "header_checks = regexp:$servers/header_checks"
ehlo=smtpclient.apple
submit alice@ministry.example --data - < <(iphone_message)
[ $status != 0 ] || fail "the scrubbed mail passed: $output"
says "550 5.7.1 No Apple phones for work"
ehlo="[127.0.0.1]"
submit alice@ministry.example --data - < <(k9_message)
[ $status = 0 ] || fail "the Android's scrubbed mail was refused: $output"
delivered from-an-android || fail "not delivered"
! grep -rq "K-9" "$servers/delivered" || fail "nothing was scrubbed: this test shows nothing"
