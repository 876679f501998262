# shellcheck shell=bash
# The benchmark. What it measures, and how: bench/README.md.

BENCH_LIMIT="$ROOT/bench/target/limit/limit"

bench_command() {
  [ -d /proc/self ] || die "The benchmark reads processor times from /proc, so it needs Linux."
  case " $* " in
    *" --help "* | *" -h "*)
      cat "$ROOT/bench/README.md"
      return
      ;;
  esac
  require_jdk
  require_runtime_tools
  build_if_changed
  build_bench_if_changed
  compile_limit
  raise_file_limit
  # In our place, so that Ctrl-C reaches it: it ends what it started.
  # The collector without threads of its own disturbs what is measured least.
  exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xms256m -Xmx1g \
    -cp "$(bench_jar):$ROOT/bench/target/lib/*" dev.freshet.bench.Main "$ROOT" "$BENCH_LIMIT" "$@"
}

bench_jar() {
  printf '%s' "$ROOT/bench/target/freshet-bench.jar"
}

build_bench_if_changed() {
  local changed
  if [ -f "$(bench_jar)" ]; then
    changed="$(find "$ROOT"/pom.xml "$ROOT"/bench/pom.xml "$ROOT"/{bench,testkit,contract}/src/main -newer "$(bench_jar)" 2>/dev/null | head -n 1 || true)"
    if [ -z "$changed" ]; then return; fi
  fi
  require_maven
  say "Building the benchmark ..."
  (cd "$ROOT" && mvn -B -q -ntp -Dquick -Dspotless.check.skip -Dmaven.test.skip -pl bench -am package >&2) ||
    die "The build failed: see the lines above."
  # Maven leaves a jar alone whose contents did not change.
  touch "$(bench_jar)"
}

# The yardstick of all figures, in C.
compile_limit() {
  local source="$ROOT/bench/limit/limit.c"
  if [ -x "$BENCH_LIMIT" ] && [ "$BENCH_LIMIT" -nt "$source" ]; then return; fi
  have cc || die "The benchmark compares with a program in C, and there is no cc: install a C compiler (on Debian: apt-get install gcc libc6-dev)."
  mkdir -p "$(dirname "$BENCH_LIMIT")"
  cc -O2 -Wall -o "$BENCH_LIMIT" "$source" || die "$source does not compile: see the lines above."
}
