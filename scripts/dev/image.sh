# shellcheck shell=bash
# `./dev image`: container images of the services, with docker or podman.

# The C library of the image that Dockerfile.native-micro begins with, a UBI 9.
IMAGE_GLIBC=2.34

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
      require_binary_for_image "$service"
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

# A binary that was linked on a system with a newer C library makes an image that does not start.
require_binary_for_image() {
  local binary needed
  binary="$(find "$ROOT/$1-service/target" -maxdepth 1 -name '*-runner' 2>/dev/null | head -n 1)"
  [ -n "$binary" ] || die "There is no binary of $1-service: \`$DEV_COMMAND native --container $1-service\` makes it."
  needed="$(glibc_of "$binary")"
  at_least "${needed:-0}" "$IMAGE_GLIBC" ||
    die "The binary of $1-service needs a glibc $needed, and the image has $IMAGE_GLIBC: \`$DEV_COMMAND native --container $1-service\` compiles it where that is the one."
}

# The newest version that its symbols name, for example 2.34; nothing of one that needs none.
glibc_of() {
  { LC_ALL=C grep -ao 'GLIBC_2\.[0-9][0-9]*' "$1" || true; } | sed 's/^GLIBC_//' | sort -u -t . -k 2n | tail -n 1
}
