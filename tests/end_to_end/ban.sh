#!/usr/bin/env bash
# a dated ban is checked, planned, explained and tested, and a bad one is refused with every place named
. "$(dirname "$0")/lib.sh"
ban=$INTERDICT_SOURCE/examples/bans/apple-at-work.toml

run 0 "$interdict" ban check "$ban"
says "0 findings" "sha256:"
digest=${output##*sha256:}
run 0 "$interdict" ban test "$ban"
says "19 passed, 0 failed; 8 of 8 stages covered"

# The last minute of warning and the first of refusal, by the ministry's clock.
explain() { "$interdict" ban explain "$ban" --channel mail.send "$@"; }
run 0 explain --person a.berger@ministry.example --device iphone --at 2023-07-16T23:59
says "Allowed, with a warning." "no-apple-mobile" "since 2023-06-01 00:00 Europe/Berlin" \
  "From 2023-07-17 00:00 Europe/Berlin on: refuse" "$digest"
run 0 explain --person a.berger --device iphone --at 2023-07-17T00:00
says "Refused." "'refuse' since 2023-07-17 00:00 Europe/Berlin" "A device that is not of the class apple-mobile: allow."
run 0 explain --person a.berger --device iphone --at 2023-07-16T22:00Z --json
printf '%s' "$output" > "$work/answer.json"
[ "$(json "$work/answer.json" "(d['action'], d['rule'], d['stage'], d['determining_rules'])")" = \
  "('refuse', 'no-apple-mobile', 'refuse', ['no-apple-mobile'])" ] || fail "$output"
run 0 explain --person a.berger --device iphone --at 2023-07-17 --language de
says "Abgelehnt." "in ihrer Stufe „ablehnen“" "Ein Gerät, das nicht zur Klasse apple-mobile gehört: erlauben."

# The second ministry has its own dates, in its own zone; a consumer has none.
run 0 explain --person c.duarte@fisheries.example --device ipad --at 2023-07-17T00:00
says "Allowed, with advice" "fisheries-no-apple-mobile" "From 2023-08-01 00:00 Atlantic/Azores on: refuse"
run 0 explain --person c.duarte@fisheries.example --device ipad --at 2023-08-01
says "Refused."
run 0 explain --person somebody@consumer.example --device iphone --at 2023-08-01
says "Outside this policy"
silent_about "Refused"

# What was seen instead of a class: content alone carries a warning and no more.
run 0 explain --person a.berger --at 2023-08-01 --device "header=X-Mailer: iPhone Mail (20F66)"
says "Allowed, with a warning." "carries 'warn' and no more" "Evidence beside the content"
run 0 explain --person a.berger --at 2023-08-01 \
  --device 'imap-id=("name" "iPhone Mail" "version" "20F66" "os" "iOS" "os-version" "16.5 (20F66)")'
says "Refused."
run 0 explain --person a.berger --at 2023-08-01 --device nothing
says "Allowed." "is not known"

# The calendar.
run 0 "$interdict" ban plan "$ban"
says "2023-07-16T22:00Z  2023-07-17 00:00 Europe/Berlin  no-apple-mobile (Ministry of Waterways): warn -> refuse"
run 0 "$interdict" ban plan "$ban" --from 2023-09-01 --json
printf '%s' "$output" > "$work/plan.json"
[ "$(json "$work/plan.json" "len(d['changes'])")" = 2 ] || fail "$output"
"$interdict" ban plan "$ban" --ics > "$work/plan.ics"
python3 - "$work/plan.ics" <<'PY' || fail "not a calendar"
import sys
data = open(sys.argv[1], "rb").read()
assert data.endswith(b"END:VCALENDAR\r\n") and data.replace(b"\r\n", b"").count(b"\n") == 0
lines = data.split(b"\r\n")[:-1]
assert all(len(l) <= 75 for l in lines)
unfolded = data.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]
assert unfolded.count("BEGIN:VEVENT") == unfolded.count("END:VEVENT") == 11
uids = [l for l in unfolded if l.startswith("UID:")]
assert len(uids) == len(set(uids)) == 11
assert "DTSTART:20230716T220000Z" in unfolded
PY

# Who is treated differently, and whose devices are spoken of on a day.
sed 's/from = 2023-07-17, action = "refuse"/from = 2023-09-01, action = "refuse"/' "$ban" > "$work/later.toml"
run 1 "$interdict" ban diff "$ban" "$work/later.toml"
says "2023-07-16T22:00:00Z .. 2023-08-31T22:00:00Z  refuse -> warn  i" "people are treated differently"
run 0 "$interdict" ban diff "$ban" "$ban"
says "0 of 6 people"
printf 'person,device\na.berger,iphone\nc.duarte@fisheries.example,ipad\na.berger,android\nx@home.example,iphone\n' > "$work/devices.csv"
run 0 "$interdict" ban affected "$ban" --devices "$work/devices.csv" --on 2023-07-17
says "a.berger,a.berger@ministry.example,ministry,iphone,mail.send,refuse,no-apple-mobile" \
  "advise,fisheries-no-apple-mobile,,2023-07-17T23:59:59.999999Z,2023-08-01T00:00:00.000000Z,refuse"
silent_about home.example android
printf 'a.berger,tricorder\n' >> "$work/devices.csv"
run 4 "$interdict" ban affected "$ban" --devices "$work/devices.csv" --on 2023-07-17
says "devices.csv:6:10: 'tricorder' is no device class" "a.berger@ministry.example"

# Cases of another file, and one that fails.
cat > "$work/cases.toml" <<'TOML'
[[case]]
name = "wishful"
account = "a.berger@ministry.example"
device = "iphone"
at = 2023-07-17
expect = "allow"
TOML
run 1 "$interdict" ban test "$ban" --cases "$work/cases.toml"
says "cases.toml:1: FAILED  wishful: expected allow, got refuse by no-apple-mobile" "0 passed, 1 failed"

# Bad bans: every problem with its place, status 4, nothing half loaded.
bad() { printf '%s\n' "$1" > "$work/bad.toml"; run 4 "$interdict" ban check "$work/bad.toml"; }
head='schema = 1
id = "x"
[[organisation]]
id = "o"
zone = "Europe/Berlin"
domains = ["o.example"]'
rule='[[rule]]
id = "r"
organisation = "o"
devices = "any"'
bad "$head
$rule
stages = [{ from = 2023-06-01, action = \"warn\" }, { from = 2023-05-31T22:00:00Z, action = \"refuse\" }]
[[exemption]]
id = \"e\"
owner = \"w\"
reason = \"y\"
organisation = \"o\"
from = 2023-07-01
until = 2023-06-01
overidable = true"
says "bad.toml:11:" "two stages at one instant, 2023-05-31T22:00:00.000000Z" "bad.toml:18:9: exemption 'e' ends before it begins" \
  "bad.toml:19:1: unknown key 'overidable' in exemption" "not used, 3 problems"
bad "${head/Berlin/Berlinn}"
says "bad.toml:5:8:" "Europe/Berlin"
bad "$head
parent = \"o\""
says "'o' is above itself"
bad "$head
$rule
stages = [{ from = 2023-02-30, action = \"warn\" }]"
says "bad.toml:11:" "not TOML"
bad "$head
$rule
stages = [{ from = 2023-06-01, action = \"wran\" }]"
says "no action 'wran'; did you mean 'warn'?"
head -c 3000 /dev/urandom > "$work/bad.toml"
run 4 "$interdict" ban check "$work/bad.toml"
run 4 "$interdict" ban check "$work/no-such-file.toml"
says "No such file"
run 4 "$interdict" ban check "$work"

# A skipped midnight is resolved, and said.
printf '%s\n' "$head" "$rule" 'stages = [{ from = 2023-03-26T02:30:00, action = "warn" }]' > "$work/gap.toml"
run 0 "$interdict" ban check "$work/gap.toml"
says "[date]: 2023-03-26T02:30 does not exist in Europe/Berlin" "2023-03-26T01:00:00.000000Z"

# An immortal exemption is a finding.
printf '%s\n' "$head" "$rule" 'stages = [{ from = 2023-06-01, action = "warn" }]' \
  '[[exemption]]' 'id = "e"' 'owner = "w"' 'reason = "y"' 'organisation = "o"' 'channels = "web"' > "$work/immortal.toml"
run 1 "$interdict" ban check "$work/immortal.toml"
says "finding [immortal-exemption]" "1 findings"

# Wrong usage.
run 2 "$interdict" ban
run 2 "$interdict" ban explain "$ban" --person a.berger
run 2 explain --person a.berger --device iphone --at yesterday
run 2 explain --person a.berger --device tablt --at 2023-07-17
run 2 explain --person a.berger --device ifone --at 2023-07-17
says "did you mean 'iphone'?"
run 2 explain --person a.berger --device iphone --at 2023-07-17 --language tlh
says "there are: de, en"
