#!/usr/bin/env bash
# bad input is told from other bad input, with a message that helps and a status that scripts can use
. "$(dirname "$0")/lib.sh"
samples
plain=$phones/iphone-clean cipher=$phones/iphone-clean-encrypted

# Wrong usage: 2.
run 2 "$interdict"
run 2 "$interdict" examine
run 2 "$interdict" examine "$plain" --no-such-option
run 2 "$interdict" examine "$plain" --only ios/nonsense
says "no artefact 'ios/nonsense'"
run 2 "$interdict" examine "$plain" --fail-on severe
says "no kind 'severe'"

# Not evidence: 4.
mkdir "$work/empty"
run 4 "$interdict" examine "$work/empty"
says "not an iPhone backup"
run 4 "$interdict" examine "$work/nowhere"
says "nowhere"
mkdir "$work/two" && cp -r "$plain" "$work/two/a" && cp -r "$plain" "$work/two/b"
run 4 "$interdict" examine "$work/two"
says "2 iPhone backups" "a, b"

# Passwords: 4, and never confused with damage.
run 4 env INTERDICT_PASSWORD=wrong "$interdict" examine "$cipher"
says "password"
silent_about "damaged"
run 4 setsid "$interdict" examine "$cipher" </dev/null
says "encrypted" "--password-file" "INTERDICT_PASSWORD"
: >"$work/empty-password"
run 4 "$interdict" examine "$cipher" --password-file "$work/empty-password"
says "empty"
printf '\xef\xbb\xbfinterdict-sample\n' >"$work/with-mark"  # as some editors save it
run 0 "$interdict" examine "$cipher" --password-file "$work/with-mark"
for backup in "$plain" "$cipher"; do  # the one that is examined, and the one beside it
  run 4 "$interdict" examine "$plain" --out "$backup/report"
  says "reports are not written into the evidence"
  [ ! -e "$backup/report" ] || fail "$backup/report was made"
done
run 2 "$interdict" examine "$plain" --time-limit 0
says "--time-limit"
echo interdict-sample >"$work/password"
run 0 "$interdict" examine "$cipher" --password-file "$work/password"

# A damaged key bag is not a wrong password.
cp -r "$cipher" "$work/damaged-bag"
python3 - "$work/damaged-bag/Manifest.plist" <<'PY'
import plistlib, sys
p = plistlib.load(open(sys.argv[1], "rb"))
bag = bytearray(p["BackupKeyBag"])
at = bag.rfind(b"WPKY") + 8          # the last class key: the others still open
bag[at + 3] ^= 0xFF
p["BackupKeyBag"] = bytes(bag)
plistlib.dump(p, open(sys.argv[1], "wb"), fmt=plistlib.FMT_BINARY)
PY
run 4 "$interdict" examine "$work/damaged-bag" --password-file "$work/password"
says "damaged"
silent_about "wrong password"

# A manifest cut in the middle: what can be read is read, and the answer is not "clean".
cp -r "$plain" "$work/cut"
truncate -s 8192 "$work/cut/Manifest.db"
status=0
output=$("$interdict" examine "$work/cut" 2>&1) || status=$?
[ $status = 3 ] || [ $status = 4 ] || fail "status $status for a cut manifest: $output"
silent_about "Every core store was read"

# Indicators: unreadable, corrupt, none: 4, and nothing was examined.
run 4 "$interdict" examine "$plain" -i "$work/no-such.stix2"
says "no-such.stix2"
echo '{"type": "bundle", "objects": [' >"$work/corrupt.stix2"
run 4 "$interdict" examine "$plain" -i "$work/corrupt.stix2"
says "corrupt.stix2"
run 4 "$interdict" examine "$plain" -i "$work/empty"
says "empty"
run 4 "$interdict" indicators "$work/corrupt.stix2"
