# shellcheck shell=bash
# Finds Node, npm and a browser, and does with them what must pass in client/.

NODE_MINIMUM=20.19

require_node() {
  local problem
  problem="$(node_problem)"
  [ -z "$problem" ] || die "Freshet's client cannot be tested, because $problem."
}

# What is wrong with Node and npm here, as a clause, and what to do; nothing if nothing is. Not installed by us, like the
# JDK: what a system's packages have is often too old.
node_problem() {
  local version
  if ! have node || ! have npm; then
    printf '%s' "Node $NODE_MINIMUM or newer and npm are not on the PATH: install them from https://nodejs.org/en/download"
    return
  fi
  version="$(node --version 2>/dev/null)"
  version="${version#v}"
  at_least "$NODE_MINIMUM" "$version" ||
    printf '%s' "it needs Node $NODE_MINIMUM or newer, and node on the PATH is ${version:-of an unknown version}: install a newer one from https://nodejs.org/en/download"
}

# A Chromium of any origin; the same names as in client/e2e/stack/chromium.ts.
require_chromium() {
  if has_chromium; then return; fi
  install_packages chromium chromium chromium
  has_chromium || die "Freshet's client is tested in a browser, and there is no chromium on the PATH: install it (on Debian with \`apt-get install chromium\`)."
}

has_chromium() {
  have chromium || have chromium-browser || have google-chrome || have google-chrome-stable
}

check_client() {
  install_client_if_changed
  say "Checking the client ..."
  (cd "$ROOT/client" && npm run --silent check >&2) || die "The client's checks failed: see the lines above."
}

# What the lock file says, once for each state of it; npm writes its own copy when it is done.
install_client_if_changed() {
  local installed="$ROOT/client/node_modules/.package-lock.json"
  if [ -f "$installed" ] && ! [ "$ROOT/client/package-lock.json" -nt "$installed" ]; then return; fi
  say "Installing what the client needs ..."
  (cd "$ROOT/client" && npm ci --no-audit --no-fund >&2) || die "npm could not install what the client needs: see the lines above."
}

# Against the packaged services, each process on ports and in a folder of its own.
test_client_end_to_end() {
  say "Testing the client in a browser, with the services ..."
  (cd "$ROOT/client" && npm run --silent e2e >&2) || die "The client's tests in a browser failed: see the lines above."
}
