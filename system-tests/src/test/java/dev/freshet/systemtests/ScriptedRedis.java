package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.testkit.Child;
import dev.freshet.testkit.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/// Processes that the scripts of one folder of `k8s` start, each at an address of 127.0.0.0/8 of its own with the
/// ports of its manifest, as the users that its templates make.
///
/// A name leads to an address where one is given for it (`getent`, `redis-cli`, and the services by their own
/// settings), for there is no DNS. Not thread-safe.
final class ScriptedRedis implements Backend {

    static final int PORT = 6379;

    private static final Path K8S = Service.root().resolve("k8s");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Path folder;
    private final Path scripts;
    private final Map<String, String> settings;
    private final Map<String, String> passwords = new HashMap<>();
    private final Map<String, String> names = new LinkedHashMap<>();
    private final Map<String, Child> running = new LinkedHashMap<>();
    private final String network = "127.%d.%d."
            .formatted(
                    ThreadLocalRandom.current().nextInt(1, 255),
                    ThreadLocalRandom.current().nextInt(1, 255));

    /// @param folder an empty one
    /// @param part a folder below `k8s`, with scripts
    /// @param more users whose passwords it needs besides the base's
    /// @param settings of all services, by the names of Quarkus
    ScriptedRedis(Path folder, String part, List<String> more, Map<String, String> settings) {
        this.folder = folder;
        this.scripts = K8S.resolve(part);
        this.settings = settings;
        List<String> users = new ArrayList<>(
                List.of("ticket-service", "events-service", "push-service", "producer", "exporter", "operator"));
        users.addAll(more);
        try {
            Files.createDirectories(folder.resolve("passwords"));
            for (String user : users) {
                String password = UUID.randomUUID().toString().replace("-", "");
                passwords.put(user, password);
                Files.writeString(folder.resolve("passwords").resolve(user), password);
            }
            writeNames();
            program("getent", """
                    address="$(awk -v name="$2" '$2 == name { print $1; exit }' '%s')"
                    if [ -n "$address" ]; then echo "$address $2"; exit; fi
                    PATH="${PATH#*:}" exec getent "$@"
                    """.formatted(hosts()));
            program("redis-cli", """
                    for word; do
                      shift
                      address="$(awk -v name="$word" '$2 == name { print $1; exit }' '%s')"
                      set -- "$@" "${address:-$word}"
                    done
                    PATH="${PATH#*:}" exec redis-cli "$@"
                    """.formatted(hosts()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void program(String name, String script) throws IOException {
        Path file = Files.createDirectories(folder.resolve("bin")).resolve(name);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.writeString(file, "#!/bin/sh\n" + script);
    }

    /// An address of this network.
    String address(int host) {
        return network + host;
    }

    /// Lets a name lead to an address from now on.
    void name(String name, String address) {
        names.put(name, address);
        writeNames();
    }

    /// As `/etc/hosts`.
    Path hosts() {
        return folder.resolve("hosts");
    }

    private void writeNames() {
        StringBuilder lines = new StringBuilder();
        names.forEach((name, address) ->
                lines.append(address).append(' ').append(name).append('\n'));
        try {
            // Whole at once, for a service may be reading it.
            Path draft = Files.writeString(folder.resolve("hosts.draft"), lines);
            Files.move(draft, hosts(), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String password(String user) {
        String password = passwords.get(user);
        if (password == null) {
            throw new IllegalArgumentException("there is no user " + user);
        }
        return password;
    }

    /// Starts what one container starts, again if it ended, in the same folder; does not wait.
    ///
    /// @param script of its folder
    /// @param users templates of their rights, below `k8s`
    Child start(String name, String script, String users, Map<String, String> environment, String... arguments) {
        Child child = launch(name, script, users, environment, arguments);
        running.put(name, child);
        return child;
    }

    /// Runs a script of the folder to its end.
    ///
    /// @return what it printed
    List<String> run(String name, String script, String... arguments) throws InterruptedException {
        Child child = launch(name, script, "", Map.of(), arguments);
        int code = child.awaitExit(LIMIT);
        assertThat(code).as(() -> String.join("\n", child.logLines())).isZero();
        return child.logLines();
    }

    private Child launch(String name, String script, String users, Map<String, String> environment, String... more) {
        List<String> command =
                new ArrayList<>(List.of("sh", scripts.resolve(script).toString()));
        command.addAll(List.of(more));
        Map<String, String> all = new HashMap<>(Map.of(
                "PATH", folder.resolve("bin") + ":" + System.getenv("PATH"),
                "FRESHET_DATA", data(name),
                "FRESHET_RUN", made(name, "run"),
                "FRESHET_PASSWORDS", folder.resolve("passwords").toString(),
                "FRESHET_START", K8S.resolve("base/redis/start.sh").toString(),
                "FRESHET_CONF", K8S.resolve("base/redis/redis.conf").toString(),
                "FRESHET_ACL_TEMPLATE",
                        String.join(
                                " ",
                                Stream.of(users.split(" "))
                                        .map(file -> K8S.resolve(file).toString())
                                        .toList())));
        all.putAll(environment);
        return Child.start(name, folder, command, all);
    }

    /// Where what is called so keeps its data.
    String data(String name) {
        return made(name, "data");
    }

    private String made(String name, String what) {
        try {
            return Files.createDirectories(folder.resolve(name).resolve(what)).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Child running(String name) {
        Child child = running.get(name);
        if (child == null) {
            throw new IllegalArgumentException("nothing is called " + name);
        }
        return child;
    }

    /// Asks as the operator; what it printed, without the last line break.
    String ask(String address, int port, String... command) {
        return ask(List.of("--user", "operator"), address, port, command);
    }

    /// Asks without logging in.
    String askNameless(String address, int port, String... command) {
        return ask(List.of(), address, port, command);
    }

    private String ask(List<String> login, String address, int port, String... command) {
        List<String> line = new ArrayList<>(List.of("redis-cli", "-h", address, "-p", Integer.toString(port)));
        line.addAll(login);
        line.addAll(List.of(command));
        try {
            ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
            if (!login.isEmpty()) {
                builder.environment().put("REDISCLI_AUTH", password("operator"));
            }
            Process cli = builder.start();
            cli.getOutputStream().close();
            String said = new String(cli.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            cli.waitFor();
            return said.stripTrailing();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Waits until it answers, and fails with its log if it ends.
    void awaitAnswer(String name, String address, int port) {
        running(name).awaitReady(() -> ask(address, port, "PING").equals("PONG"));
    }

    /// Nobody asked it for what it does not let them do.
    void assertNothingWasDenied(String address, int port) {
        assertThat(ask(address, port, "ACL", "LOG")).as("denied at " + address).isEmpty();
    }

    /// A plan for services that log in as their own users, one replica of each.
    ///
    /// @param hosts as `host:port`
    Plan plan(String name, int partitions, List<String> hosts) {
        Plan plan = Plan.of(name, partitions);
        for (Service service : Service.values()) {
            String urls = String.join(
                    ",",
                    hosts.stream()
                            .map(host -> "redis://" + host + "?user=" + service.module())
                            .toList());
            plan = plan.with(service, "QUARKUS_REDIS_HOSTS", urls)
                    .with(service, "QUARKUS_REDIS_PASSWORD", password(service.module()))
                    .replicas(service, 1);
        }
        return plan;
    }

    @Override
    public Map<String, String> settings() {
        return settings;
    }

    /// @throws UnsupportedOperationException for these are no servers of the tests'
    @Override
    public RedisServer primary(int partition) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        running.values().forEach(Child::kill);
    }
}
