#!/usr/bin/env bash
# Builds the two fuzzers beside each other:
#   mutate      makes inputs of the corpus by a seed, some hundred thousand a second
#   libfuzzer   libFuzzer (-sanitize=fuzzer) with the address sanitizer, and the same mutators
# Tests/Fuzz/build.sh [mutate|libfuzzer] [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."
which=${1:-mutate}
out=${2:-.build-fuzz}/$which
mkdir -p "$out"

flags=(-swift-version 6 -O -whole-module-optimization -enable-testing -package-name iomodes -parse-as-library -g
  -I "$out" -Xcc "-fmodule-map-file=$out/CLinux.modulemap" -Xcc -ISources/CLinux/include)
link=()
if [ "$which" = libfuzzer ]; then
  flags+=(-sanitize=fuzzer,address)
fi

echo "module CLinux { header \"$PWD/Sources/CLinux/include/CLinux.h\" export * }" >"$out/CLinux.modulemap"
for file in Sources/CLinux/*.c; do
  object="$out/$(basename "$file" .c).o"
  clang -O2 -ISources/CLinux/include -c "$file" -o "$object"
  link+=("$object")
done

module() {
  local name=$1
  shift
  echo "$name"
  swiftc "${flags[@]}" -module-name "$name" -emit-module -emit-module-path "$out/$name.swiftmodule" \
    -c "$@" -o "$out/$name.o"
  link+=("$out/$name.o")
}
for name in SystemCalls Measurement Statistics Workloads Modes Records Harness Reporting; do
  module "$name" $(find "Sources/$name" -name '*.swift')
done
module TestSupport Tests/TestSupport/SplitMix64.swift

case $which in
  mutate) program=Tests/Fuzz/Programs/Mutate.swift ;;
  *) program=Tests/Fuzz/Programs/LibFuzzer.swift ;;
esac
echo "$which"
swiftc "${flags[@]}" -module-name fuzz "$program" \
  $(find Tests/FuzzTests -name '*.swift' ! -name FuzzTests.swift) "${link[@]}" -o "$out/$which"
