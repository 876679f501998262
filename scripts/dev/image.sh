# shellcheck shell=bash
# `./dev image`: container images of the services, with docker or podman.

image_command() {
  local native=no service services="" registry=freshet tag=latest file=jvm
  while [ "$#" -gt 0 ]; do
    case "$1" in
      --native) native=yes file=native-micro ;;
      --registry | --tag)
        [ "$#" -ge 2 ] || die "$1 wants a value."
        case "$1" in
          --registry) registry="$2" ;;
          --tag) tag="$2" ;;
        esac
        shift
        ;;
      -*) die "\"$1\" is not known: there are --native, --registry and --tag." ;;
      *)
        service="$(service_named "$1")" || exit
        services="$services${services:+ }$service"
        ;;
    esac
    shift
  done
  services="${services:-$SERVICES}"
  find_container_engine || die "Images are made with docker or podman, and neither of them answers: install or start one."
  if [ "$native" = yes ]; then
    for service in $services; do
      [ -n "$(find "$ROOT/$service-service/target" -maxdepth 1 -name '*-runner' 2>/dev/null)" ] ||
        die "There is no binary of $service-service: \`$DEV_COMMAND native $service-service\` makes it."
    done
  else
    require_jdk
    build_if_changed
  fi
  for service in $services; do
    say "Building $registry/$service-service:$tag ..."
    "$CONTAINER_ENGINE" build --file "$ROOT/$service-service/src/main/docker/Dockerfile.$file" \
      --build-arg "REVISION=$(git -C "$ROOT" rev-parse HEAD 2>/dev/null || true)" --build-arg "VERSION=$tag" \
      --tag "$registry/$service-service:$tag" "$ROOT" >&2 || die "The image of $service-service was not built: see the lines above."
    printf '%s\n' "$registry/$service-service:$tag"
  done
}
