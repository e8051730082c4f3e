#!/usr/bin/env bash
# The rules of the house that a compiler does not see. Prints every breach; fails if there is one.
set -euo pipefail
cd "$(dirname "$0")/../.."

breaches=0
breach() { echo "$1"; breaches=$((breaches + 1)); }

# Includes point down only. The order is the one of CMakeLists.txt.
declare -A below=() direct=()
while read -r room uses; do
  direct[$room]=$uses
  below[$room]=" $room"
  for used in $uses; do below[$room]+="${below[$used]}"; done
done < <(sed -nE 's/^room\(([a-z]+)( +USES ([a-z ]+[a-z]))?.*/\1 \3/p' CMakeLists.txt)
[ ${#below[@]} -ge 9 ] || breach "CMakeLists.txt: only ${#below[@]} rooms found"

while IFS=: read -r file _ include; do
  room=$(cut -d/ -f2 <<<"$file")
  target=$(sed -E 's/.*"([^"]+)".*/\1/' <<<"$include")
  case $target in
    support/* | embedded_*) [[ $target != support/* || $file == *.test.cpp ]] || breach "$file includes $target outside a test" ;;
    */*) [[ "${below[$room]} " == *" ${target%%/*} "* ]] || breach "$file includes $target: $room may not use ${target%%/*}" ;;
    *) breach "$file includes $target without its room" ;;
  esac
done < <(grep -rnE '^ *#include "' src --include='*.cpp' --include='*.hpp')

# A file-wide test: every artefact has its golden folder, and the other way round.
for file in src/artefacts/ios/*.cpp; do
  name=$(basename "$file" .cpp)
  [[ $name == *.test ]] || [ -d "tests/golden/ios/$name" ] || breach "$file has no golden folder"
done
for folder in tests/golden/ios/*/; do
  [ -f "src/artefacts/ios/$(basename "$folder").cpp" ] || breach "$folder belongs to no artefact"
done

# Every source opens by saying why it exists (tests and generated files apart).
while read -r file; do
  head -1 "$file" | grep -qE '^(//|#include "|// )' || breach "$file does not open with a prologue"
done < <(find src -name '*.hpp')

# Pointers change their type in base/bytes.hpp alone, or where a line says why.
while IFS=: read -r file line text; do
  case $file in src/base/bytes.hpp | src/crypto/pbkdf2*) continue ;; esac
  sed -n "$((line > 3 ? line - 3 : 1)),${line}p" "$file" | grep -q '//' || breach "$file:$line reinterpret_cast without a reason"
done < <(grep -rn 'reinterpret_cast' src --include='*.cpp' --include='*.hpp')

# One room, one word for what is unfinished: none.
while read -r line; do breach "$line"; done < <(grep -rnE '\b(TODO|FIXME|XXX|HACK)\b' src tests bench fuzz data examples dev --include='*' -I 2>/dev/null | grep -v 'tests/structure/check.sh' || true)

[ $breaches = 0 ] && echo "the house is in order" || { echo "$breaches breaches"; exit 1; }
