#!/usr/bin/env bash
# decrypt restores the folder tree of the phone, and a stopped run leaves no half file
. "$(dirname "$0")/lib.sh"
samples
export INTERDICT_PASSWORD=interdict-sample
run 0 "$interdict" decrypt "$phones/iphone-infected-encrypted" "$work/from-cipher"
run 0 "$interdict" decrypt "$phones/iphone-infected" "$work/from-plain"
diff -r "$work/from-cipher" "$work/from-plain" || fail "the twins differ"
[ -f "$work/from-cipher/HomeDomain/Library/SMS/sms.db" ] || fail "no sms.db"
python3 -c 'import sqlite3,sys; assert sqlite3.connect(sys.argv[1]).execute("select count(*) from message").fetchone()[0] > 0' \
  "$work/from-cipher/HomeDomain/Library/SMS/sms.db"
run 4 env INTERDICT_PASSWORD=wrong "$interdict" decrypt "$phones/iphone-infected-encrypted" "$work/none"
[ ! -e "$work/none" ] || [ -z "$(ls -A "$work/none")" ] || fail "a wrong password left files"

"$make_phone" pad "$work/pad" --files 4000 --size 65536 --big 67108864 --encrypted
"$interdict" decrypt "$work/pad" "$work/stopped" >/dev/null 2>&1 &
pid=$!
for _ in $(seq 200); do [ -n "$(find "$work/stopped" -type f -print -quit 2>/dev/null)" ] && break; read -rt 0.01 <> <(:) || true; done
kill -INT $pid
status=0
wait $pid || status=$?
[ $status = 130 ] || [ $status = 0 ] || fail "status $status after Ctrl-C"
bad=$(find "$work/stopped" -type f \( -name '*.HEIC' -not -size 65536c -o -name '*.MOV' -not -size 67108864c \))
[ -z "$bad" ] || fail "half files under final names: $bad"
[ $status = 0 ] || [ -z "$(find "$work/stopped" -name '*.part')" ] || fail "parts left behind"

# A disk that is full (here: a limit of bytes a file may have) ends the run and leaves no half file.
"$make_phone" pad "$work/small" --files 50 --size 65536 --big 1048576
full() { (trap '' XFSZ; ulimit -f 512; "$@"); }
run 4 full "$interdict" decrypt "$work/small" "$work/full"
says "File too large"
[ -z "$(find "$work/full" -name '*.part' 2>/dev/null)" ] || fail "parts left behind on a full disk"
bad=$(find "$work/full" -type f \( -name '*.HEIC' -not -size 65536c -o -name '*.MOV' \) 2>/dev/null)
[ -z "$bad" ] || fail "half files on a full disk: $bad"
