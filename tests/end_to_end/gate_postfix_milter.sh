#!/usr/bin/env bash
# postfix: after the date an official's iPhone is refused with the text its user sees, everybody else's mail passes
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/servers.sh"
start_dovecot
start_gate act
mapfile -t gate_lines < <(example postfix/main.cf)
start_postfix "${gate_lines[@]}"
ehlo=smtpclient.apple

submit alice@ministry.example --data - < <(iphone_message)
[ $status != 0 ] || fail "the iPhone's mail passed: $output"
says "550 5.7.1 No Apple phones for work: refuse since 2023-07-17 (rule no-apple"
submit alice@ministry.example --data - < <(scrubbed_message)
[ $status != 0 ] || fail "the scrubbed mail passed: $output"
says "550 5.7.1"

ehlo="[127.0.0.1]"
submit alice@ministry.example --data - < <(k9_message)
[ $status = 0 ] || fail "the Android's mail was refused: $output"
delivered from-an-android || fail "the Android's mail did not arrive"

# Somebody the ban does not cover, through the same door.
ehlo=smtpclient.apple
submit bob@agency.example --data - < <(iphone_message | sed 's/from-an-iphone/an-agency-iphone/; s/ministry.example/agency.example/')
[ $status = 0 ] || fail "the agency's iPhone was refused: $output"
delivered an-agency-iphone || fail "the agency's mail did not arrive"

# Mail from outside that says it is an iPhone's: nobody authenticated, so it is nobody's business.
swaks --server "127.0.0.1:$relay_port" --from stranger@consumer.example --to alice@ministry.example \
  --ehlo smtpclient.apple --data - < <(iphone_message | sed 's/from-an-iphone/from-outside/') >"$work/said" 2>&1 ||
  fail "inbound mail was refused: $(cat "$work/said")"
delivered from-outside || fail "inbound mail did not arrive"

# Several recipients; eight-bit and folded header fields.
submit alice@ministry.example --to friend@elsewhere.example,other@elsewhere.example --data - < <(iphone_message)
[ $status != 0 ] || fail "several recipients made it pass"
submit alice@ministry.example --data - < <(iphone_message | sed 's/^X-Mailer: iPhone Mail/X-Mailer:\n\tiPhone Mail/; s/^Subject: .*/Subject: gr\xc3\xbc\xc3\x9fe \xff/')
[ $status != 0 ] || fail "a folded X-Mailer made it pass"

# Two messages in one session, the first refused: the second is judged by what it says itself.
python3 - "$submission_port" "$(iphone_message)" "Subject: second-of-a-session" <<'PY' || fail "two messages in one session"
import smtplib, sys
port, first, second = int(sys.argv[1]), sys.argv[2], sys.argv[3]
with smtplib.SMTP("127.0.0.1", port, local_hostname="smtpclient.apple", timeout=30) as s:
    s.login("alice@ministry.example", "secret")
    try:
        s.sendmail("alice@ministry.example", ["friend@elsewhere.example"], first)
        sys.exit("the iPhone's mail passed")
    except smtplib.SMTPDataError as refused:
        assert refused.smtp_code == 550, refused
    s.sendmail("alice@ministry.example", ["friend@elsewhere.example"], second)
PY
delivered second-of-a-session || fail "the second message did not arrive"

# The ledger knows who used what, and nothing of the stranger.
for _ in $(seq 400); do  # it stores every few seconds
  control "/v1/sightings" >"$work/sightings"
  grep -q '"person":"alice"' "$work/sightings" && break
  pause
done
grep -q '"person":"alice"' "$work/sightings" || fail "$(cat "$work/sightings" "$servers/gate.log")"
! grep -q stranger "$work/sightings" || fail "a stranger was recorded"
