#!/usr/bin/env bash
# last month's logs under a ban name exactly who would have been warned and refused
source "$(dirname "$0")/lib.sh"

"$INTERDICT_BUILD/make_logs" "$work/logs"
cat > "$work/ban.toml" <<'BAN'
schema = 1
id = "no-apple"
title = "No Apple phones or tablets"
[[organisation]]
id = "ministry"
zone = "Europe/Berlin"
domains = ["work.example"]
[[device_class]]
id = "apple-mobile"
vendor = "apple"
family = "mobile"
[[rule]]
id = "no-apple-mobile"
organisation = "ministry"
devices = "apple-mobile"
stages = [
  { from = 2023-12-20, action = "advise" },
  { from = 2023-12-27, action = "warn" },
  { from = 2024-01-01, action = "refuse" },
]
BAN
logs=("$work/logs/mail.log" "$work/logs/mail.log.1.gz" "$work/logs/u_ex.log" "$work/logs/access.log.gz")

# Given in the wrong order: the newer half of the rotated mail log first.
run 0 "$interdict" ban replay "$work/ban.toml" --year 2023 --csv "${logs[@]}"
printf '%s\n' "$output" > "$work/rows.csv"
python3 - "$work/rows.csv" "$work/logs/truth.csv" <<'PY'
import collections, csv, datetime, sys
rows = list(csv.DictReader(open(sys.argv[1])))
truth = list(csv.DictReader(open(sys.argv[2])))
banned = {"iphone", "ipad", "outlook-ios"}
stages = ["allow", "advise", "warn", "refuse"]
expected, seen = collections.Counter(), collections.Counter()
for t in truth:
    action = stages[int(t["period"])] if t["device"] in banned else "allow"
    expected[t["account"], t["channel"], action] += int(t["count"])
for r in rows:
    for action in ("allow", "advise", "warn", "hold", "refuse"):
        if int(r[action]): seen[r["person"], r["channel"], action] += int(r[action])
assert seen == expected, (seen - expected, expected - seen)

PY
silent_about "private.example" "secret" "elsewhere"

# The same bytes again, and for people.
run 0 "$interdict" ban replay "$work/ban.toml" --year 2023 --csv "${logs[@]}"
printf '%s\n' "$output" | cmp - "$work/rows.csv" || fail "another run gave other rows"
run 0 "$interdict" ban replay "$work/ban.toml" --year 2023 "${logs[@]}"
says "What the ban would have done" "no-apple-mobile: refuse from 2024-01-01 00:00" "What these logs cannot show" \
  "mail without an authenticated user" "accounts outside this policy"
silent_about "private.example" "secret"
"$interdict" ban replay "$work/ban.toml" --year 2023 --json "${logs[@]}" > "$work/all.json"
[ "$(json "$work/all.json" 'len(d["coverage"]["files"])')" = 4 ] || fail "four files in the JSON"
# First and last time and count of every Apple device. DAV and Outlook show "iOS", not which: phones
# and tablets are one group.
python3 - "$work/all.json" "$work/logs/truth.csv" <<'PY'
import csv, datetime, json, sys
report = json.load(open(sys.argv[1]))
truth = list(csv.DictReader(open(sys.argv[2])))
unix = lambda s: int(datetime.datetime.strptime(s, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc).timestamp())
def joined(items):
    out = {}
    for key, first, last, count in items:
        f, l, c = out.get(key, (first, last, 0))
        out[key] = (min(f, first), max(l, last), c + count)
    return out
got = joined(((r["person"], r["channel"], r["device"]["family"] == "mobile"), unix(r["first"]), unix(r["last"]), r["count"])
             for r in report["rows"] if r["device"]["vendor"] == "apple")
want = joined(((t["account"], t["channel"], t["device"] != "mac"), int(t["first"]), int(t["last"]), int(t["count"]))
              for t in truth if t["device"] in ("iphone", "ipad", "outlook-ios", "mac"))
assert len(want) > 30 and got == want, {k: (got.get(k), want.get(k)) for k in got.keys() | want.keys() if got.get(k) != want.get(k)}
PY
[ "$(json "$work/all.json" 'sum(d["actions"].values()) == d["coverage"]["sightings"]')" = True ] || fail "actions do not add up"

# Through a pipe, packed.
run 0 bash -c 'zcat "$2" | "$0" ban replay "$1" --csv -' "$interdict" "$work/ban.toml" "$work/logs/access.log.gz"
says "p0@work.example,ministry"

# Bad input: said, and the rest is still read.
run 4 "$interdict" ban replay "$work/ban.toml" "${logs[@]}"
says "mail.log: its time stamps have no year: --year YEAR says which" "What the ban would have done"
run 4 "$interdict" ban replay "$work/ban.toml" --year 2023 "$work/none.log" "$work/logs/u_ex.log"
says "none.log: No such file" "u_ex.log: iis"
head -c 3000 "$work/logs/access.log.gz" > "$work/cut.log.gz"
run 0 "$interdict" ban replay "$work/ban.toml" "$work/cut.log.gz"
says "damaged: gzip: ends in the middle of a member"
echo "hello" > "$work/hello.log"
run 4 "$interdict" ban replay "$work/ban.toml" "$work/hello.log"
says "none of the first lines is of a log we know"
run 2 "$interdict" ban replay "$work/ban.toml" --zone Europe/Berln "$work/logs/u_ex.log"
says 'no time zone "Europe/Berln" (did you mean "Europe/Berlin"?)'
run 2 "$interdict" ban replay "$work/ban.toml" --year MMXXIII "$work/logs/u_ex.log"
run 2 "$interdict" ban replay "$work/ban.toml" --kind fax "$work/logs/u_ex.log"
says 'no kind of log "fax": there are iis, json, mail, web'
