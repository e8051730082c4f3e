#!/usr/bin/env bash
# nothing is written into the evidence, and no word of the phone is written outside --out
. "$(dirname "$0")/lib.sh"
command -v strace >/dev/null || skip "strace is not installed"
[ -z "$INTERDICT_SANITIZE" ] || skip "strace and the leak sanitizer do not live together"
samples
export INTERDICT_PASSWORD=interdict-sample
cipher=$phones/iphone-infected-encrypted
mkdir "$work/out" "$work/elsewhere"
snapshot() { find "$cipher" -printf '%p %T@ %s %m\n' | sort; find "$cipher" -type f -print0 | sort -z | xargs -0 sha256sum; }
before=$(snapshot)
cd "$work/elsewhere"
strace -f -qq -e trace=open,openat,openat2,creat,rename,renameat,renameat2,mkdir,mkdirat,unlink,unlinkat,socket,connect,execve \
  -o "$work/trace" "$interdict" examine "$cipher" -i "$INTERDICT_SOURCE/examples/indicators" --out "$work/out" >/dev/null 2>&1 ||
  [ $? = 1 ] || skip "strace may not trace here"
[ "$(snapshot)" = "$before" ] || fail "the evidence changed"
[ -z "$(ls -A "$work/elsewhere")" ] || fail "something was written into the current folder"
writes=$(grep -E 'O_WRONLY|O_RDWR|O_CREAT|creat\(|mkdir|rename' "$work/trace" | grep -v "\"$work/out" | grep -vE '"/dev/(null|tty)"' |
  grep -v 'ENOENT\|EACCES\|EPERM' || true)
[ -z "$writes" ] || fail "written outside --out: $writes"
! grep -E 'socket\(AF_INET|connect\(' "$work/trace" || fail "the network was used"
! grep -q 'execve.*= 0' <(tail -n +2 "$work/trace" | grep -v "$interdict") || fail "another program was started"

# A phone's own words are in its sms.db alone; they must be nowhere we did not ask for.
canary=$("$interdict" sql "$cipher" "SELECT text FROM ios_sms WHERE text LIKE '%http%' LIMIT 1" | tail -1 | cut -c1-40)
[ -n "$canary" ] || fail "no text to look for"
! grep -rqF "$canary" /tmp --include='interdict*' 2>/dev/null || fail "a text of the phone lies in /tmp"
