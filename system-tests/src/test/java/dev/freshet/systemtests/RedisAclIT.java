package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.testkit.Metrics;
import dev.freshet.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The users of Redis that `k8s/base/redis/users.acl` makes: each service does all that it does as its own, and
/// cannot do what is not its business.
@Tag("calm")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class RedisAclIT {

    private static final Path SHIPPED = Service.root().resolve("k8s/base/redis");
    private static final List<String> NAMES =
            List.of("ticket-service", "events-service", "push-service", "producer", "exporter", "operator");

    private static final String NOBODY = "user default off resetpass ~* &* +@all\n";

    /// Enough to fall out of a window of 16 and of a history of 40.
    private static final int EVENTS = 100;

    @TempDir
    private static Path folder;

    private static RedisServer redis;
    private static Deployment deployment;

    @BeforeAll
    static void start() throws Exception {
        redis = RedisServer.start(
                "--include",
                SHIPPED.resolve("redis.conf").toString(),
                "--aclfile",
                usersWithPasswords().toString());
        Plan plan = Plan.of("redis-acl", 2)
                .with("FRESHET_PUSH_TAIL_WINDOW_EVENTS", "16")
                .with("FRESHET_PUSH_INBOUND_TYPES", "feedback")
                .with("FRESHET_PUSH_PRESENCE_CROWD", "2")
                .with("FRESHET_PUSH_PRESENCE_LEAVE_GRACE", "0S")
                .with("FRESHET_PUSH_PRESENCE_RENEWAL_INTERVAL", "200MS")
                .with("FRESHET_HISTORY_LENGTH", "40")
                .with("FRESHET_RETENTION_AGE", "1S")
                .with("FRESHET_DOCUMENTS_RETENTION", "48H")
                .replicas(Service.TICKET, 1)
                .replicas(Service.EVENTS, 1);
        for (Service service : Service.values()) {
            plan = plan.with(service, "QUARKUS_REDIS_HOSTS", redis.url() + "?user=" + service.module())
                    .with(service, "QUARKUS_REDIS_PASSWORD", password(service.module()));
        }
        deployment = Deployment.start(plan, Backend.of(redis));
    }

    @AfterAll
    static void stop() {
        if (deployment != null) {
            deployment.close();
        } else if (redis != null) {
            redis.close();
        }
    }

    @Test
    @Order(1)
    void servicesDoAllThatTheyDoAsTheirOwnUsers() {
        Rest admin = deployment.as(deployment
                .user("admin")
                .groups("admin")
                .channels("room:*", "document:*")
                .publish("user:*", "broadcast:*", "room:*", "document:*"));
        String first = publish(admin, "{\"channel\":\"room:acl\",\"type\":\"t\",\"payload\":0}", "one");
        for (int i = 1; i < EVENTS; i++) {
            publish(admin, "{\"channel\":\"room:acl\",\"type\":\"t\",\"payload\":" + i + "}", "n-" + i);
        }
        publishTogether(admin);
        publishToSeveralPartitions(admin);
        strangersEntries();
        talk();
        documents(admin);
        resume(admin, first);
        assertThat(admin.get(deployment.url("/api/stats")).status()).isEqualTo(200);
        crashWhilePresent();
        disconnect(admin);
        historiesExpire();
        assertNothingWasDenied();

        redis.restart();
        Patience.await("appends after a restart")
                .until(() -> admin.post(
                                        deployment.url("/api/events"),
                                        "{\"channel\":\"room:acl\",\"type\":\"t\",\"payload\":1}")
                                .status()
                        == 202);
        Patience.await("a new epoch")
                .until(() -> redis.cli("HGET", "state:{0}", "forks").length() > 0);
        assertNothingWasDenied();
    }

    /// Stops whoever takes one service over from doing another one's work, or worse.
    @ParameterizedTest(name = "{0} cannot {1}")
    @Order(2)
    @CsvSource(delimiter = '|', textBlock = """
            ticket-service | GET ticket:a
            ticket-service | GETDEL ticket:a
            ticket-service | SET revoked:ada 0
            ticket-service | XADD events:{0} * channel room:a
            ticket-service | XRANGE events:{0} - +
            ticket-service | HGET state:{0} secret
            events-service | GETDEL ticket:a
            events-service | SET ticket:a b
            events-service | HSET presence:{0}:room:a ada pod
            events-service | UNLINK events:{0}
            events-service | UNLINK document:{0}:a
            events-service | XADD inbound:a * b c
            push-service | SET ticket:a b
            push-service | SET revoked:ada 0
            push-service | XADD revocations * user ada
            push-service | XADD history:{0}:room:a * channel room:a
            push-service | XDEL history:{0}:room:a 1-1
            push-service | XTRIM events:{0} MAXLEN 0
            push-service | XDEL events:{0} 1-1
            push-service | HSET document:{0}:a content 1
            push-service | ZADD channels:{0} 1 room:a
            push-service | SET lease:{0} a
            push-service | HSET ratelimit:ticket:ada at 1
            producer | XRANGE events:{0} - +
            producer | XREAD STREAMS events:{0} 0
            producer | XADD events:{0}:rejected * a b
            producer | XADD history:{0}:room:a * a b
            producer | XADD inbound:a * a b
            producer | HGET state:{0} secret
            producer | EVAL return 0
            exporter | CONFIG GET requirepass
            exporter | XRANGE events:{0} - +
            probe | GET a
            probe | INFO
            """)
    void whatIsNotItsBusinessIsDenied(String user, String command) {
        assertThat(dryRun(user, command.split(" "))).startsWith("This user has no permissions");
    }

    @ParameterizedTest
    @Order(2)
    @ValueSource(strings = {"ticket-service", "events-service", "push-service", "producer", "exporter", "probe"})
    void nobodyButTheOperatorMayDoWhatHarmsAll(String user) {
        for (String command : List.of(
                "FLUSHALL",
                "FLUSHDB",
                "CONFIG GET *",
                "ACL LIST",
                "KEYS *",
                "SCAN 0",
                "DEBUG SLEEP 1",
                "SHUTDOWN",
                "SCRIPT FLUSH",
                "FUNCTION LIST",
                "MONITOR",
                "CLIENT KILL TYPE normal",
                "REPLICAOF a 1",
                "SUBSCRIBE a",
                "SAVE",
                "BGREWRITEAOF",
                "SELECT 1",
                "MODULE LIST",
                "CLUSTER RESET",
                "DEL events:{0}",
                "GET other")) {
            assertThat(dryRun(user, command.split(" "))).as(command).startsWith("This user has no permissions");
        }
        assertThat(dryRun("operator", "FLUSHALL")).isEqualTo("OK");
    }

    /// What the tests above do not reach: a cluster, replicas, producers of one's own.
    @ParameterizedTest(name = "{0} may {1}")
    @Order(2)
    @CsvSource(delimiter = '|', textBlock = """
            ticket-service | CLUSTER SLOTS
            events-service | CLUSTER INFO
            push-service | READONLY
            events-service | WAIT 1 10
            push-service | WAIT 1 10
            producer | XADD events:{31} * channel room:a
            exporter | INFO
            exporter | SLOWLOG LEN
            probe | PING
            """)
    void whatElseItNeedsIsAllowed(String user, String command) {
        assertThat(dryRun(user, command.split(" "))).isEqualTo("OK");
    }

    /// Scripts may name keys that they may only read, so what they do is checked as well.
    @Test
    @Order(2)
    void aScriptMayNotDoMoreThanItsUser() {
        String answer = as(
                "push-service",
                "EVAL",
                "return redis.call('XADD', KEYS[1], '*', 'a', 'b')",
                "1",
                "history:{0}:room:untouched");
        assertThat(answer).contains("can't access at least one of the keys");
        assertThat(redis.cli("EXISTS", "history:{0}:room:untouched")).isEqualTo("0");
    }

    @Test
    @Order(2)
    void aMissingOrShortPasswordStopsTheStartWithASentence() throws Exception {
        Path passwords = Files.createDirectory(folder.resolve("incomplete"));
        assertThat(startScript(passwords, folder)).contains("the secret has no password of \"ticket-service\"");
        Files.writeString(passwords.resolve("ticket-service"), "short");
        assertThat(startScript(passwords, folder)).contains("shorter than 16 characters");
    }

    /// Redis replays its file as the user without a name: one without rights, because nobody is to be let in as it,
    /// would take along what scripts wrote.
    @Test
    @Order(2)
    void whatScriptsWroteIsThereAfterARestartAndStillNobodyIsLetInWithoutAName(@TempDir Path own) throws Exception {
        try (ScriptedRedis server = new ScriptedRedis(own, "base/redis", List.of(), Map.of())) {
            startShipped(server);
            assertThat(ask(server, "EVAL", "redis.call('SET',KEYS[1],1) redis.call('SET',KEYS[2],2)", "2", "a", "b"))
                    .isEmpty();
            assertThat(ask(server, "SET", "c", "3")).isEqualTo("OK");

            server.running("redis").kill();
            startShipped(server);

            assertThat(ask(server, "MGET", "a", "b", "c")).isEqualTo("1\n2\n3");
            server.assertNothingWasDenied(server.address(1), ScriptedRedis.PORT);
            for (String password : List.of("", "default", "nopass")) {
                assertThat(ask(server, "AUTH", "default", password)).startsWith("WRONGPASS");
            }
            assertThat(server.askNameless(server.address(1), ScriptedRedis.PORT, "GET", "a"))
                    .startsWith("NOAUTH");
        }
    }

    private static void startShipped(ScriptedRedis server) {
        server.start(
                "redis",
                "start.sh",
                "base/redis/users.acl",
                Map.of(),
                SHIPPED.resolve("redis.conf").toString(),
                "--bind",
                server.address(1),
                "--dir",
                server.data("redis"));
        server.awaitAnswer("redis", server.address(1), ScriptedRedis.PORT);
    }

    private static String ask(ScriptedRedis server, String... command) {
        return server.ask(server.address(1), ScriptedRedis.PORT, command);
    }

    private static String publish(Rest user, String event, String key) {
        for (int times = 0; times < 2; times++) {
            Rest.Answer answer =
                    user.post(deployment.url("/api/events"), Rest.JSON_TYPE, event, "Idempotency-Key", key);
            assertThat(answer.status()).as(answer::toString).isEqualTo(202);
            if (times == 1) {
                return answer.json().path("id").asText();
            }
        }
        throw new AssertionError();
    }

    /// Then a full history is cut by several at once.
    private static void publishTogether(Rest user) {
        String event = "{\"channel\":\"room:acl\",\"type\":\"t\",\"payload\":1}";
        Rest.Answer answer =
                user.post(deployment.url("/api/events"), "[" + String.join(",", Collections.nCopies(10, event)) + "]");
        assertThat(answer.status()).as(answer::toString).isEqualTo(202);
    }

    private static void publishToSeveralPartitions(Rest user) {
        String event = "{\"channels\":[\"room:a\",\"room:b\",\"room:c\",\"room:d\"],\"type\":\"t\",\"payload\":1}";
        for (int times = 0; times < 2; times++) {
            Rest.Answer answer =
                    user.post(deployment.url("/api/events"), Rest.JSON_TYPE, event, "Idempotency-Key", "several");
            assertThat(answer.status()).as(answer::toString).isEqualTo(202);
        }
    }

    /// A producer's, which is malformed.
    private static void strangersEntries() {
        assertThat(as("producer", "XADD", "events:{0}", "*", "channel", "nonsense", "type", "t", "payload", "1"))
                .matches("\\d+-\\d+");
        Patience.await("rejected")
                .until(() -> redis.cli("EXISTS", "events:{0}:rejected").equals("1"));
    }

    private static void talk() {
        Rest ada = deployment.as(deployment.user("ada").channels("room:*").publish("user:*"));
        Rest bob = deployment.follower("bob", "room:*");
        try (Socket one = Socket.connect(deployment.push(0).url("/ws"), deployment.ticket(ada));
                Socket other = Socket.connect(deployment.push(1).url("/ws"), deployment.ticket(bob));
                EventStream stream = EventStream.open(
                        deployment.url("/api/rooms/talk/events"), deployment.follower("cleo", "room:*"))) {
            one.join("talk");
            other.join("talk");
            one.send("""
                    {"type":"room-message","room":"talk","id":"m-1","payload":{"type":"chat-message","text":"hi"}}""");
            one.send("""
                    {"type":"direct-message","id":"a-long-enough-id-1","payload":{"to":"bob","text":"psst"}}""");
            one.send("""
                    {"type":"feedback","id":"a-long-enough-id-2","room":"talk","payload":{"stars":5}}""");
            one.send("{\"type\":\"presence\",\"payload\":{\"room\":\"talk\"}}");
            Patience.await("everything arrived")
                    .until(() -> !other.ofType("chat-message").isEmpty()
                            && !other.ofType("direct-message").isEmpty()
                            && !stream.ofType("chat-message").isEmpty()
                            && !stream.ofType("presence-changed").isEmpty()
                            && one.ofType("ack").size() == 3
                            && !one.ofType("presence").isEmpty());
            assertThat(redis.cli("XLEN", "inbound:feedback")).isEqualTo("1");
            Rest.Answer present = ada.get(deployment.url("/api/rooms/talk/presence"));
            assertThat(present.json().path("count").asInt())
                    .as(present::toString)
                    .isEqualTo(3);
        }
    }

    private static void documents(Rest user) {
        String document = deployment.url("/api/documents/acl");
        for (int times = 0; times < 2; times++) {
            Rest.Answer saved = user.patch(document + "/content", "{\"content\":1}", "Idempotency-Key", "edit");
            assertThat(saved.status()).as(saved::toString).isEqualTo(200);
        }
        for (int i = 0; i < 3; i++) {
            Rest.Answer moved = user.post(document + "/cursor", "{\"line\":1,\"column\":" + i + "}");
            assertThat(moved.status()).as(moved::toString).isEqualTo(204);
        }
        JsonNode read = user.get(document).json();
        assertThat(read.path("version").asInt()).as(read::toString).isEqualTo(1);
    }

    /// From a place that neither the window nor the history has, and from one that the history has.
    private static void resume(Rest user, String first) {
        Rest.Answer old = user.get(deployment.url("/api/channels/room:acl/events?limit=100&after=" + first));
        assertThat(old.status()).as(old::toString).isEqualTo(200);
        Rest.Answer newest = user.get(deployment.url("/api/channels/room:acl/events?limit=30"));
        assertThat(newest.json().path("events")).as(newest::toString).hasSize(30);
        String cursor = newest.json().path("events").get(0).path("id").asText();
        Rest.Answer rest = user.get(deployment.url("/api/channels/room:acl/events?limit=100&after=" + cursor));
        assertThat(rest.json().path("events")).as(rest::toString).hasSize(29);
    }

    /// The other pod takes the members of one that is gone for gone, too.
    private static void crashWhilePresent() {
        Rest eve = deployment.follower("eve", "room:*");
        try (Socket socket = Socket.connect(deployment.push(1).url("/ws"), deployment.ticket(eve))) {
            socket.join("crash");
            deployment.push(1).child().kill();
            Patience.await("swept").until(() -> deployment.push(0).metrics().sum("freshet_presence_swept_total") > 0);
        }
        deployment.push(1).restart();
        deployment.push(1).awaitReady();
    }

    private static void disconnect(Rest admin) {
        Rest mallory = deployment.follower("mallory", "room:*");
        try (Socket socket = Socket.connect(deployment.push(0).url("/ws"), deployment.ticket(mallory))) {
            Rest.Answer answer = admin.post(deployment.url("/api/users/mallory/disconnect"), "{\"reason\":\"test\"}");
            assertThat(answer.status()).as(answer::toString).isEqualTo(202);
            Patience.await("closed").until(() -> socket.closeCode() == 4003);
        }
        // What the service heard when it made the ticket counts for half a second, and each try takes a ticket of ten.
        Patience.await("no ticket any more")
                .pollInterval(Duration.ofSeconds(1))
                .until(() ->
                        mallory.post(deployment.url("/api/ws/ticket"), "{}").status() == 403);
    }

    /// As if nothing had been copied for long: of a channel, and of a name that is none and that nobody made.
    private static void historiesExpire() {
        for (String partition : List.of("{0}", "{1}")) {
            redis.cli("ZADD", "channels:" + partition, "XX", "1", "room:acl");
            redis.cli("ZADD", "channels:" + partition, "1", "not a channel");
        }
        // It is looked at once a minute.
        Patience.await("histories expired and the log trimmed")
                .atMost(Duration.ofMinutes(2))
                .until(() -> {
                    Metrics metrics = deployment.events(0).metrics();
                    return metrics.sum("freshet_history_expired_total") > 0
                            && metrics.sum("freshet_log_trimmed_total", "by=\"age\"") > 0
                            && redis.cli("ZSCORE", "channels:{0}", "not a channel")
                                    .isEmpty();
                });
    }

    private static void assertNothingWasDenied() {
        assertThat(redis.cli("ACL", "LOG")).isEmpty();
        for (Service service : Service.values()) {
            deployment
                    .all(service)
                    .forEach(replica -> assertThat(replica.child().logLines())
                            .as("log of " + service)
                            .noneMatch(line -> line.contains("NOPERM") || line.contains("ACL failure")));
        }
    }

    private static String dryRun(String user, String... command) {
        String[] all = new String[command.length + 3];
        all[0] = "ACL";
        all[1] = "DRYRUN";
        all[2] = user;
        System.arraycopy(command, 0, all, 3, command.length);
        return redis.cli(all);
    }

    private static String as(String user, String... command) {
        String[] all = new String[command.length + 5];
        System.arraycopy(new String[] {"--user", user, "--pass", password(user), "--no-auth-warning"}, 0, all, 0, 5);
        System.arraycopy(command, 0, all, 5, command.length);
        return redis.cli(all);
    }

    private static String password(String user) {
        return "the password of " + user;
    }

    /// As the container makes them; only that these tests look in by a user without a name, who there is none.
    private static Path usersWithPasswords() throws Exception {
        Path passwords = Files.createDirectory(folder.resolve("passwords"));
        for (String name : NAMES) {
            Files.writeString(passwords.resolve(name), password(name) + "\n");
        }
        assertThat(startScript(passwords, folder)).isEmpty();
        Path users = folder.resolve("users.acl");
        String shipped = Files.readString(users);
        assertThat(shipped).contains(NOBODY).doesNotContain("@ticket-service@", "the password");
        return Files.writeString(users, shipped.replace(NOBODY, "user default on nopass ~* &* +@all\n"));
    }

    /// Runs the container's start script with a server that ends at once; what it said.
    private static String startScript(Path passwords, Path run) throws IOException, InterruptedException {
        Path programs = folder.resolve("bin");
        if (Files.notExists(programs)) {
            Files.createDirectory(programs);
            Files.createFile(
                    programs.resolve("redis-server"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            Files.writeString(programs.resolve("redis-server"), "#!/bin/sh\n");
        }
        ProcessBuilder builder = new ProcessBuilder(
                        "sh", SHIPPED.resolve("start.sh").toString(), "redis.conf")
                .redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of(
                        "PATH",
                        programs + ":" + System.getenv("PATH"),
                        "FRESHET_PASSWORDS",
                        passwords.toString(),
                        "FRESHET_ACL_TEMPLATE",
                        SHIPPED.resolve("users.acl").toString(),
                        "FRESHET_RUN",
                        run.toString()));
        Process script = builder.start();
        String said = new String(script.getInputStream().readAllBytes());
        script.waitFor();
        return said;
    }
}
