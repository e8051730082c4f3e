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

while read -r file target; do
  room=${file#src/} && room=${room%%/*}
  case $target in
    support/*) [[ $file == *.test.cpp ]] || breach "$file includes $target outside a test" ;;
    embedded_*) ;;
    */*) [[ "${below[$room]} " == *" ${target%%/*} "* ]] || breach "$file includes $target: $room may not use ${target%%/*}" ;;
    *) breach "$file includes $target without its room" ;;
  esac
done < <(grep -rE '^ *#include "' src --include='*.cpp' --include='*.hpp' | sed -E 's/^([^:]+):.*"([^"]+)".*/\1 \2/')

# A file-wide test: every artefact has its golden folder, and the other way round.
for file in src/artefacts/ios/*.cpp; do
  name=$(basename "$file" .cpp)
  [[ $name == *.test ]] || [ -d "tests/golden/ios/$name" ] || breach "$file has no golden folder"
done
for folder in tests/golden/ios/*/; do
  [ -f "src/artefacts/ios/$(basename "$folder").cpp" ] || breach "$folder belongs to no artefact"
done

# Every header opens by saying why it exists; pointers change their type in base/bytes.hpp alone, or
# where one of the three lines before says why.
while read -r line; do breach "$line"; done < <(
  find src -name '*.hpp' -exec awk 'FNR == 1 && !/^\/\// {print FILENAME " does not open with a prologue"}' {} +
  find src \( -name '*.cpp' -o -name '*.hpp' \) ! -path src/base/bytes.hpp ! -name 'pbkdf2*' -exec awk '
    FNR == 1 {said = -9} /\/\// {said = FNR}
    /reinterpret_cast/ && FNR - said > 3 {print FILENAME ":" FNR " reinterpret_cast without a reason"}' {} +)

# Boost stands behind our own headers: each of its parts in one file.
while read -r line; do breach "$line: Boost belongs to net/loop.cpp and http/parser.cpp"; done < <(
  grep -rlE '^ *# *include *[<"]boost/' src bench fuzz tests 2>/dev/null | grep -vE '^(src/net/loop|src/http/parser|bench/kernels_http)\.cpp$' || true)

# One room, one word for what is unfinished: none.
while read -r line; do breach "$line"; done < <(grep -rnE '\b(TODO|FIXME|XXX|HACK)\b' src tests bench fuzz data examples dev --include='*' -I 2>/dev/null | grep -v 'tests/structure/check.sh' || true)

[ $breaches = 0 ] && echo "the house is in order" || { echo "$breaches breaches"; exit 1; }
