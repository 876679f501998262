# shellcheck shell=bash
# Checks k8s/ with kubectl, promtool, nginx and Node.

KUBECTL_MINIMUM=1.30

# What is not checked must not pass for checked.
require_manifest_tools() {
  # Not from Debian, whose kubectl may be ten versions older.
  have kubectl || die "The manifests are rendered by kubectl $KUBECTL_MINIMUM or newer, which is not on the PATH: install it from https://kubernetes.io/docs/tasks/tools/."
  local version
  version="$(kubectl version --client 2>/dev/null | sed -n 's/^Client Version: v\([0-9.]*\).*$/\1/p')"
  at_least "$KUBECTL_MINIMUM" "$version" ||
    die "The manifests are rendered by kubectl $KUBECTL_MINIMUM or newer, and $(command -v kubectl) is ${version:-of an unknown version}: install a newer one from https://kubernetes.io/docs/tasks/tools/."
  require_tool promtool prometheus prometheus
  require_redis_exporter
  require_tool nginx nginx nginx
}

# Redis has no metrics of its own, and the dashboard shows them. Debian's program, or else its author's.
require_redis_exporter() {
  if have prometheus-redis-exporter || have redis_exporter; then return; fi
  if have apt-get; then install_packages prometheus-redis-exporter prometheus-redis-exporter -; fi
  have prometheus-redis-exporter ||
    die "The dashboard is tested with redis_exporter, which is not on the PATH: install it from https://github.com/oliver006/redis_exporter/releases."
}

# k8s/ against what the services read.
check_manifests() {
  local folder="$ROOT/k8s/test"
  # npm writes its own copy of the lock file when it is done: once for each state of it.
  if ! [ -f "$folder/node_modules/.package-lock.json" ] || [ "$folder/package-lock.json" -nt "$folder/node_modules/.package-lock.json" ]; then
    say "Installing what the manifests' tests need ..."
    (cd "$folder" && npm ci --no-audit --no-fund >&2) || die "npm could not install what the manifests' tests need: see the lines above."
  fi
  say "Checking the manifests ..."
  (cd "$folder" && npm test --silent >&2) || die "The manifests' tests failed: see the lines above."
}

# The tables of the configuration reference, from the interfaces that read the settings.
reference_command() {
  require_node
  (cd "$ROOT/k8s/test" && npm run --silent reference >&2) || die "The reference could not be written: see the lines above."
  say "docs/reference/configuration.md is up to date."
}
