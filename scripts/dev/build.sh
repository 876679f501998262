# shellcheck shell=bash
# Building, testing and formatting with Maven.

BUILD_SOURCES="contract service-core ticket-service events-service push-service"

jar_of() {
  printf '%s' "$ROOT/$1-service/target/quarkus-app/quarkus-run.jar"
}

# Builds the three services if a source or a pom.xml is newer than what was built last.
build_if_changed() {
  if is_built; then return; fi
  require_maven
  say "Building the services (the first time takes a few minutes) ..."
  run_build
}

# is_built [jar_of|binary_of]
is_built() {
  local service jar module paths=() product="${1:-jar_of}"
  for module in $BUILD_SOURCES; do
    if [ -d "$ROOT/$module/src" ]; then paths+=("$ROOT/$module/src"); fi
  done
  for service in $SERVICES; do
    jar="$("$product" "$service")"
    if ! [ -f "$jar" ]; then return 1; fi
    # Folders count too: their time changes when a file is deleted.
    if [ -n "$(find "$ROOT"/pom.xml "$ROOT"/*/pom.xml ${paths[@]+"${paths[@]}"} -newer "$jar" 2>/dev/null | head -n 1 || true)" ]; then
      return 1
    fi
  done
}

run_build() {
  local service began
  began="$DEV_DIR/build-began"
  mkdir -p "$DEV_DIR"
  : >"$began"
  # The checks are for `test`: who only wants to run it should not wait for them.
  (cd "$ROOT" && mvn -B -q -ntp -T 1C -Dquick -Dspotless.check.skip -Dmaven.test.skip -pl ticket-service,events-service,push-service \
    -am package "$@" >&2) ||
    die "The build failed: see the lines above."
  # What was edited while Maven ran is newer than the build, however long the build took.
  for service in $SERVICES; do
    [ -f "$(jar_of "$service")" ] || die "The build made no $(jar_of "$service"): is the Quarkus plugin configured in $service-service/pom.xml?"
    touch -r "$began" "$(jar_of "$service")"
  done
  rm -f "$began"
}

build_command() {
  require_jdk
  require_maven
  run_build "$@"
}

# The tests start Redis, nginx and a browser themselves, so they need the same programs as `up`, and more.
test_command() {
  require_jdk
  require_maven
  require_runtime_tools
  find_faketime
  # Before what takes long: who lacks something should not learn it at the end.
  require_node
  require_chromium
  if [ "${1:-}" != client ]; then
    require_manifest_tools
    check_manifests
  fi
  check_client
  if [ "${1:-}" != client ]; then
    (cd "$ROOT" && mvn -B -ntp verify "$@") || exit
  fi
  build_if_changed
  test_client_end_to_end
}

format_command() {
  require_jdk
  require_maven
  cd "$ROOT" || exit
  mvn -B -q -ntp spotless:apply "$@"
}
