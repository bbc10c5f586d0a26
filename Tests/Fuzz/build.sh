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

flags=(-swift-version 6 -enable-testing -package-name iomodes -parse-as-library
  -I "$out" -Xcc "-fmodule-map-file=$out/CLinux.modulemap" -Xcc -ISources/CLinux/include)
link=()
if [ "$which" = libfuzzer ]; then
  flags+=(-sanitize=fuzzer,address)
fi

echo "module CLinux { header \"$PWD/Sources/CLinux/include/CLinux.h\" export * }" >"$out/CLinux.modulemap"
for file in Sources/CLinux/*.c; do
  object="$out/$(basename "$file" .c).o"
  [ "$object" -nt "$file" ] || clang -O2 -ISources/CLinux/include -c "$file" -o "$object"
  link+=("$object")
done

# What is newer than its sources, and than what it stands on, is left as it is.
module() {
  local name=$1 level=$2
  shift 2
  if [ ! -f "$out/$name.done" ] || [ -n "$(find "$@" "${link[@]}" -newer "$out/$name.done")" ]; then
    echo "$name"
    swiftc "${flags[@]}" "$level" -whole-module-optimization -module-name "$name" \
      -emit-module -emit-module-path "$out/$name.swiftmodule" -c "$@" -o "$out/$name.o"
    touch "$out/$name.done"
  fi
  link+=("$out/$name.o")
}
swiftc -O Sources/embed-files/*.swift -o "$out/embed-files"
"$out/embed-files" "$out/ProjectFiles.swift" "$PWD"
module ProjectFiles -Onone Sources/ProjectFiles/*.swift "$out/ProjectFiles.swift"

# The other modules and their sources as Package.swift has them, each after those that it imports.
modules() {
  swift package describe --type json | python3 -c '
import graphlib, json, sys

targets = {target["name"]: target for target in json.load(sys.stdin)["targets"]
           if target["type"] == "library" and target["module_type"] == "SwiftTarget"}
imports = {name: target.get("target_dependencies") or [] for name, target in targets.items()}
for name in graphlib.TopologicalSorter(imports).static_order():
    if name in targets and name != "ProjectFiles":
        print(name, *(targets[name]["path"] + "/" + source for source in targets[name]["sources"]))'
}
modules >"$out/modules"
while read -r name sources; do
  module "$name" -O $sources
done <"$out/modules"
module TestSupport -O Tests/TestSupport/SplitMix64.swift

case $which in
  mutate) program=Tests/Fuzz/Programs/Mutate.swift ;;
  *) program=Tests/Fuzz/Programs/LibFuzzer.swift ;;
esac
echo "$which"
swiftc "${flags[@]}" -O -whole-module-optimization -module-name fuzz "$program" \
  $(find "$PWD/Tests/FuzzTests" -name '*.swift' ! -name FuzzTests.swift) "${link[@]}" -o "$out/$which"
