# shellcheck shell=bash
# The fault scenarios of system-tests, as often as wanted.

# Each scenario prints one line that begins with FAULTS; everything else goes to a log.
faults_command() {
  local times=1 run=1 failed=0 log options=()
  while [ "$#" -gt 0 ]; do
    case "$1" in
      --times | --seed | --only) [ "$#" -gt 1 ] || die "$1 needs a value." ;;
      *) die "faults takes --times <n>, --seed <n>, --only <test,…>, not \"$1\"." ;;
    esac
    case "$1" in
      --times) times="$2" ;;
      --seed) options+=("-Dfreshet.seed=$2") ;;
      --only) options+=("-Dit.test=$2" "-Dfailsafe.failIfNoSpecifiedTests=false") ;;
    esac
    shift 2
  done
  case "$times" in
    '' | *[!0-9]* | 0) die "--times needs a number above 0." ;;
  esac
  require_jdk
  require_maven
  require_runtime_tools
  find_faketime
  mkdir -p "$DEV_DIR"
  log="$DEV_DIR/faults.log"
  : >"$log"
  while [ "$run" -le "$times" ]; do
    say "Run $run of $times (everything that is said goes to $log)"
    # -Dtest: a name that no unit test has. By their groups alone, surefire starts and looks through every module's tests.
    if ! (cd "$ROOT" && mvn -B -ntp verify -Dquick -Dspotless.check.skip -pl system-tests -am -Dgroups=faults \
      -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false ${options[@]+"${options[@]}"} 2>&1) | tee -a "$log" | show_faults; then
      failed=$((failed + 1))
    fi
    run=$((run + 1))
  done
  if [ "$failed" -gt 0 ]; then
    die "$failed of $times runs failed: $log says where. -Dfreshet.seed, or --seed, repeats a scenario's choices."
  fi
  say "All $times runs passed."
}

# What a scenario found, and the names of tests that failed.
show_faults() {
  sed -n -e 's/^FAULTS //p' -e '/^\[ERROR\].*IT[.:]/p'
}
