# shellcheck shell=bash
# `./dev help`.

print_help() {
  cat <<END
$DEV_COMMAND <command>

Run it
  up [--background] [--native]
                            build what changed, start Redis, the three services and a proxy at http://localhost:8080,
                            where a page shows it all (if npm is there);
                            shows the services' logs, Ctrl-C stops everything (--background: returns when all is ready;
                            --native: runs the binaries that \`native\` made)
  down [--wipe]             stop whatever runs, also after a crash; --wipe removes Redis's data too
  status                    what runs, where, and whether it is ready
  logs [part]               follow the logs of the services, or of one of: redis ticket events push proxy

Use it
  token <user>              print a JWT for development, valid for 8 hours
      [--channels a,b]      what the user may follow besides user:<user> (default room:*,document:*)
      [--publish a,b]       what the user may publish to (default user:<user>,room:*,broadcast:*)
      [--groups a,b]        admin, publisher (default none)
      [--name N] [--expires seconds]
  ticket <user>             print a fresh WebSocket ticket: single use, good for 30 seconds
  ws <user> [--once]        open a WebSocket, print what comes, send the lines typed;
                            --once: after the end of the input wait for the answers, then close
  publish <channel> <type> <json>
                            append one event and print the answer
  (ticket and ws take the flags of token too)

Work on it
  build                     build the services
  native [services]         compile them, or some, to binaries: with GraalVM or Mandrel $JDK_MINIMUM, else in a container
      [--container]         in a container anyway, as binaries for images must be
      [arguments of mvn]    e.g. -Dquarkus.native.march=compatibility, for other machines than this one
  image [services]          build container images with docker or podman
      [--native]            with the binaries that \`native\` made
      [--registry r] [--tag t]
                            default freshet and latest: freshet/push-service:latest
  test [arguments of mvn]   all checks and tests, as CI runs them
  test client               only those of the client, in a browser too
  faults [--times n]        only the fault scenarios (killed pods, lost data, failovers ...), one line for each
      [--only tests]        those test classes, e.g. PodFaultsIT,RedisFaultsIT
      [--seed n]            the choices of an earlier run again
  autobahn                  RFC 6455 by the whole Autobahn test suite, a few minutes
  bench [scenarios]         measure Freshet beside a program that does nothing but write, and print a table;
                            all scenarios take about an hour (bench/README.md)
      [--short]             a look: a tenth of the size, a few seconds each
      [--peers]             other servers too, where they are installed
      [--rounds n]          default 3; the medians count
      [--check]             fail if a figure is far behind its target
  reference                 write the tables of docs/reference/configuration.md from the interfaces
  format                    format the sources

Settings, by environment
END
  each_port print_port_help
  cat <<END
  FRESHET_LOG_PARTITIONS           1      partitions of the log; to change it, remove the data with down --wipe
  JAVA_HOME                               a JDK $JDK_MINIMUM or newer, else one is looked for in the usual places

Everything a run leaves behind is below .dev: logs, keys/ (of the tokens), redis/ (data), nginx/.
END
}

print_port_help() {
  printf '  %-32s %-6s port of %s\n' "$1" "$2" "$3"
}
