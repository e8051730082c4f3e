#!/usr/bin/env bash
# one bad row, one bad file or one bad list costs itself and nothing else
. "$(dirname "$0")/lib.sh"
samples
phone=$work/phone
cp -r "$phones/iphone-infected" "$phone"
python3 - "$phone" <<'PY'
import hashlib, sqlite3, sys, os
phone = sys.argv[1]
def blob(domain, path):
    h = hashlib.sha1(f"{domain}-{path}".encode()).hexdigest()
    return os.path.join(phone, h[:2], h)
sms = sqlite3.connect(blob("HomeDomain", "Library/SMS/sms.db"))
rows = [r[0] for r in sms.execute("SELECT ROWID FROM message ORDER BY ROWID")]
sms.execute("UPDATE message SET text = CAST(X'686920FF20686F' AS TEXT) WHERE ROWID = ?", (rows[0],))
sms.execute("UPDATE message SET text = X'00FF' WHERE ROWID = ?", (rows[1],))
sms.execute("ALTER TABLE message ADD COLUMN zz_new_column TEXT")
sms.commit(); sms.close()
usage = sqlite3.connect(blob("WirelessDomain", "Library/Databases/DataUsage.sqlite"))
usage.execute("INSERT INTO ZPROCESS (Z_PK, ZPROCNAME, ZFIRSTTIMESTAMP, ZTIMESTAMP) VALUES (9001, NULL, 1, 'yesterday')")
usage.commit(); usage.close()
# A property list bomb: 24 levels, each an array of two references to the next.
body, offsets = b"bplist00", []
for level in range(24):
    offsets.append(len(body)); body += bytes([0xA2, level + 1, level + 1])
offsets.append(len(body)); body += b"\x50"
table = len(body)
body += b"".join(o.to_bytes(2, "big") for o in offsets)
body += b"\0" * 6 + bytes([2, 1]) + (25).to_bytes(8, "big") + (0).to_bytes(8, "big") + table.to_bytes(8, "big")
open(blob("HomeDomain", "Library/Preferences/com.apple.osanalytics.addaily.plist"), "wb").write(body)
# A malformed database: the middle of the file overwritten.
tcc = blob("HomeDomain", "Library/TCC/TCC.db")
size = os.path.getsize(tcc)
with open(tcc, "r+b") as f:
    f.seek(size // 3); f.write(b"\xA5" * (size - size // 3))
PY
start=$(date +%s%N)
run 1 "$interdict" examine "$phone" -i "$INTERDICT_SOURCE/examples/indicators" --out "$work/report"
[ $((($(date +%s%N) - start) / 1000000)) -lt 5000 ] || fail "the bomb was not refused quickly"
says "BackupAgent" "COMPROMISED"
coverage=$work/report/coverage.json
state() { json "$coverage" "[a for a in d['artefacts'] if a['artefact'] == '$1'][0]$2"; }
[ "$(state ios/sms '["state"]')" = partial ] || fail "sms: $(state ios/sms '')"
[ "$(state ios/sms '["damaged_rows"]')" = 2 ] || fail "sms damage: $(state ios/sms '')"
[ "$(state ios/sms '["rows"]')" = "$(json "$work/report/coverage.json" "[a for a in d['artefacts'] if a['artefact'] == 'ios/sms'][0]['sources'][0]['rows']")" ]
[[ $(state ios/sms '["sources"][0]["notes"]') == *zz_new_column* ]] || fail "the unknown column is not told"
[ "$(state ios/data_usage '["damaged_rows"]')" -ge 1 ] || fail "data_usage: $(state ios/data_usage '')"
[ "$(state ios/tcc '["state"]')" != parsed ] || fail "tcc: $(state ios/tcc '')"
says "ios/os_analytics_ad_daily"
