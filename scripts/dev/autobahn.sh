# shellcheck shell=bash
# RFC 6455 by the whole Autobahn test suite. `./dev test` leaves out what takes minutes.

autobahn_command() {
  require_jdk
  require_maven
  require_runtime_tools
  cd "$ROOT" || exit
  mvn -B -ntp -q test -pl push-service -am -Dtest=AutobahnTest -Dsurefire.failIfNoSpecifiedTests=false \
    -Dfreshet.autobahn.all=true "$@" || die "The WebSocket server deviates: push-service/target/autobahn/reports/index.html says where."
  say "push-service/target/autobahn/reports/index.html has a page for each case."
}
