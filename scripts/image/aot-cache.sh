#!/bin/sh
# Starts a service once, beside a Redis and with a key of its own, and has its JVM write down what that took: its AOT cache.
# Run while the JVM image is built, in the folder and with the JVM that the image has: a cache is for one class path and one JVM.
# aot-cache.sh <the service's folder>
set -eu

folder="$1"
work="$(mktemp -d)"
redis-server --port 6399 --bind 127.0.0.1 --save '' --dir "$work" --maxmemory-policy noeviction >/dev/null &
redis=$!
trap 'kill "$redis" 2>/dev/null; rm -rf "$work"' EXIT
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/key.pem" 2>/dev/null
openssl pkey -in "$work/key.pem" -pubout -out "$work/public.pem"

QUARKUS_HTTP_PORT=18080 QUARKUS_MANAGEMENT_HOST=127.0.0.1 QUARKUS_MANAGEMENT_PORT=19080 \
  QUARKUS_REDIS_HOSTS=redis://127.0.0.1:6399 \
  MP_JWT_VERIFY_PUBLICKEY_LOCATION="file:$work/public.pem" \
  MP_JWT_VERIFY_ISSUER=https://image.invalid MP_JWT_VERIFY_AUDIENCES=freshet \
  FRESHET_PUSH_DRAIN_ACCEPT=0S FRESHET_PUSH_DRAIN_WINDOW=1S \
  java "@$folder/jvm.options" "-XX:AOTCacheOutput=$folder/app.aot" -jar "$folder/quarkus-run.jar" &
service=$!

tries=0
until curl -sf -o /dev/null http://127.0.0.1:19080/q/health/ready; do
  tries=$((tries + 1))
  if [ "$tries" -gt 300 ] || ! kill -0 "$service" 2>/dev/null; then
    echo "The service did not get ready: see the lines above." >&2
    exit 1
  fi
  sleep 0.2
done
kill -TERM "$service"
# 143 where the JVM's own way of ending is used.
wait "$service" || [ "$?" -eq 143 ]
[ -s "$folder/app.aot" ] || { echo "The JVM wrote no cache: see the lines above." >&2; exit 1; }
chmod 644 "$folder/app.aot"
