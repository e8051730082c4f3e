# Sourced by every end-to-end test: a folder that goes away, the programs, and words to assert with.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
interdict=$INTERDICT_BUILD/interdict
make_phone=$INTERDICT_BUILD/make_phone
data=$INTERDICT_SHARED_DATA
export NO_COLOR=1
unset INTERDICT_PASSWORD

fail() { echo "FAILED: $*"; exit 1; }
skip() { echo "SKIPPED: $*"; exit 77; }

# run STATUS command…: runs it; its output is in $output afterwards; another status fails the test.
run() {
  local expected=$1 status=0
  shift
  output=$("$@" 2>&1) || status=$?
  [ "$status" = "$expected" ] || fail "exit status $status instead of $expected from: $* -- $output"
}
# says TEXT…: the last output holds each of these texts.
says() {
  local text
  for text in "$@"; do [[ $output == *"$text"* ]] || fail "no '$text' in: $output"; done
}
silent_about() {
  local text
  for text in "$@"; do [[ $output != *"$text"* ]] || fail "'$text' in: $output"; done
}
samples() { "$make_phone" sample "$work/phones"; phones=$work/phones; }

# json FILE EXPRESSION: python's view of a JSON file, `d` being the document.
json() { python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"; }
