#!/usr/bin/env bash
# what could not be seen is told: damage to a core store never ends as a clean answer
. "$(dirname "$0")/lib.sh"
samples
clean=$phones/iphone-clean
run 0 "$interdict" examine "$clean"
says "Every core store was read"

# blob PHONE PATH: where the file with this relative path is stored.
blob() {
  python3 - "$1" "$2" <<'PY'
import sqlite3, sys
phone, path = sys.argv[1:]
[(id,)] = sqlite3.connect(f"file:{phone}/Manifest.db?immutable=1", uri=True).execute(
    "SELECT fileID FROM Files WHERE relativePath = ?", (path,))
print(f"{phone}/{id[:2]}/{id}")
PY
}
damaged() {  # NAME PATH: a copy of the clean phone; its file PATH is in $file
  cp -r "$clean" "$work/$1"
  file=$(blob "$work/$1" "$2")
}

damaged wal-cut Library/Safari/History.db-wal
truncate -s -1000 "$file"
run 3 "$interdict" examine "$work/wal-cut"
says "Core stores not read: ios/safari_history" "its -wal is cut short"

damaged wal-byte Library/Safari/History.db-wal
printf 'X' | dd of="$file" bs=1 seek=2000 conv=notrunc status=none
run 3 "$interdict" examine "$work/wal-byte"
says "Core stores not read: ios/safari_history" "its -wal is damaged"

damaged wal-gone Library/Safari/History.db-wal
rm "$file"
run 3 "$interdict" examine "$work/wal-gone"
says "ios/safari_history" "its -wal is not read"

damaged database-gone Library/SMS/sms.db
rm "$file"
run 3 "$interdict" examine "$work/database-gone"
says "ios/sms" "its content is not stored there"

# Indicators that no store of a backup holds were not looked for, and that is said.
printf 'sha256,%064d\nevil.example\n' 7 >"$work/list.txt"
run 0 "$interdict" examine "$clean" -i "$work/list.txt"
says "2 given; 1 could not be looked for" "1 sha256"
