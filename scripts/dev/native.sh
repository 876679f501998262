# shellcheck shell=bash
# `./dev native`: the services as binaries. Compiled by a GraalVM of this machine, or by one in a container.

NATIVE_DIR="$DEV_DIR/native"

binary_of() {
  printf '%s' "$NATIVE_DIR/$1-service"
}

# native [service…] [--container] [arguments of mvn]
native_command() {
  local argument service services="" modules="" contained=no arguments=() how=()
  for argument in "$@"; do
    case "$argument" in
      --container) contained=yes ;;
      -*) arguments+=("$argument") ;;
      *)
        service="$(service_named "$argument")" || exit
        services="$services${services:+ }$service"
        ;;
    esac
  done
  services="${services:-$SERVICES}"
  if [ "$contained" = no ] && find_graalvm; then
    say "Compiling with $GRAALVM_HOME, some minutes for each service ..."
  elif find_container_engine; then
    say "Compiling in a container ($CONTAINER_ENGINE), some minutes for each service ..."
    how=("-Dquarkus.native.container-build=true" "-Dquarkus.native.container-runtime=$CONTAINER_ENGINE")
  elif [ "$contained" = yes ]; then
    die "There is neither docker nor podman to compile in, or it does not answer: install or start one."
  else
    die "Binaries are compiled by GraalVM or Mandrel $JDK_MINIMUM or newer, and there is neither that nor docker or podman: install one of them, and point GRAALVM_HOME at a GraalVM."
  fi
  require_jdk
  require_maven
  for service in $services; do modules="$modules${modules:+,}$service-service"; done
  build_binaries "$services" "$modules" ${how[@]+"${how[@]}"} ${arguments[@]+"${arguments[@]}"}
  for service in $services; do binary_of "$service" && printf '\n'; done
}

# build_binaries <services> <modules> [arguments of mvn]
build_binaries() {
  local services="$1" modules="$2" service began="$DEV_DIR/native-began" made
  shift 2
  mkdir -p "$NATIVE_DIR"
  : >"$began"
  # Of an earlier version, perhaps, whose name is another one.
  for service in $services; do rm -f "$ROOT/$service-service/target"/*-runner; done
  # One after the other: each takes all cores and some GiB.
  (cd "$ROOT" && mvn -B -q -ntp -Dnative -Dquick -Dspotless.check.skip -Dmaven.test.skip -pl "$modules" -am package "$@" >&2) ||
    die "The build failed: see the lines above."
  for service in $services; do
    made="$(find "$ROOT/$service-service/target" -maxdepth 1 -type f -name '*-runner' | head -n 1)"
    [ -n "$made" ] || die "The build made no binary in $service-service/target."
    # Not over one that runs.
    rm -f "$(binary_of "$service")"
    cp "$made" "$(binary_of "$service")"
    touch -r "$began" "$(binary_of "$service")"
  done
  rm -f "$began"
}

# push of "push" and of "push-service"
service_named() {
  local service
  for service in $SERVICES; do
    case "$1" in "$service" | "$service-service") printf '%s' "$service" && return ;; esac
  done
  die "There is no service \"$1\": there are ticket-service, events-service and push-service."
}

# Sets GRAALVM_HOME, which Quarkus looks at first, if there is one that is new enough.
find_graalvm() {
  local home
  while IFS= read -r home; do
    if [ -n "$home" ] && [ -x "$home/bin/native-image" ] && is_new_jdk "$home"; then
      export GRAALVM_HOME="$home"
      return
    fi
  done < <(
    printf '%s\n' "${GRAALVM_HOME:-}" "${JAVA_HOME:-}"
    # Often behind links.
    if have native-image; then java_home_of "$(command -v native-image)"; fi
  )
  # Else Quarkus would take an older one after all.
  unset GRAALVM_HOME
  return 1
}

find_container_engine() {
  for CONTAINER_ENGINE in docker podman; do
    if have "$CONTAINER_ENGINE" && "$CONTAINER_ENGINE" info >/dev/null 2>&1; then return; fi
  done
  CONTAINER_ENGINE=""
  return 1
}

# For `up --native`, which builds nothing.
require_binaries() {
  local service
  for service in $SERVICES; do
    [ -x "$(binary_of "$service")" ] || die "There is no $(binary_of "$service"): \`$DEV_COMMAND native\` makes it."
  done
  if ! is_built binary_of; then say "The binaries are older than the sources: \`$DEV_COMMAND native\` makes new ones."; fi
}

# The heap that the JVM has; else it is four fifths of the memory.
heap_option() {
  grep '^-Xmx' "$ROOT/k8s/base/jvm.options"
}
