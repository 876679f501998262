#!/bin/sh
# Starts an image of a service once, as docs/operations/images.md says, beside a Redis and with a key of its own, until it is
# ready. Then it must end by itself when it is told to. Linux only: both have the host's network.
# start-once.sh <image>
set -eu

image="$1"
name="freshet-start-once-$$"
redis_image="${REDIS_IMAGE:-docker.io/library/redis:7.2.11-bookworm}"
work="$(mktemp -d)"
chmod 755 "$work"
trap 'docker rm --force "$name" "$name-redis" >/dev/null 2>&1; rm -rf "$work"' EXIT

openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/key.pem" 2>/dev/null
openssl pkey -in "$work/key.pem" -pubout -out "$work/public.pem"
chmod 644 "$work/public.pem"

docker run --detach --name "$name-redis" --network host "$redis_image" \
  redis-server --port 6399 --bind 127.0.0.1 --save '' --maxmemory-policy noeviction >/dev/null
docker run --detach --name "$name" --network host --read-only --tmpfs /tmp:exec \
  --volume "$work/public.pem:/etc/freshet/jwt/public.pem:ro" \
  --env QUARKUS_HTTP_HOST=127.0.0.1 --env QUARKUS_HTTP_PORT=18080 \
  --env QUARKUS_MANAGEMENT_HOST=127.0.0.1 --env QUARKUS_MANAGEMENT_PORT=19080 \
  --env QUARKUS_REDIS_HOSTS=redis://127.0.0.1:6399 \
  --env MP_JWT_VERIFY_PUBLICKEY_LOCATION=file:/etc/freshet/jwt/public.pem \
  --env MP_JWT_VERIFY_ISSUER=https://image.invalid --env MP_JWT_VERIFY_AUDIENCES=freshet \
  --env FRESHET_PUSH_DRAIN_ACCEPT=0S --env FRESHET_PUSH_DRAIN_WINDOW=1S \
  "$image" >/dev/null

tries=0
until curl -sf -o /dev/null http://127.0.0.1:19080/q/health/ready; do
  tries=$((tries + 1))
  if [ "$tries" -gt 300 ] || [ "$(docker inspect --format '{{.State.Running}}' "$name")" != true ]; then
    docker logs "$name" >&2
    echo "$image did not get ready: see the lines above." >&2
    exit 1
  fi
  sleep 0.2
done
docker stop -t 20 "$name" >/dev/null
code="$(docker inspect --format '{{.State.ExitCode}}' "$name")"
# 143 where the JVM's own way of ending is used.
if [ "$code" != 0 ] && [ "$code" != 143 ]; then
  docker logs "$name" >&2
  echo "$image ended with exit code $code when it was told to end: see the lines above." >&2
  exit 1
fi
echo "$image starts, gets ready and ends."
