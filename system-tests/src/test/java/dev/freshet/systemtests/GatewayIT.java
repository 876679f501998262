package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What a proxy in between must not change.
@Tag("calm")
final class GatewayIT {

    private static final int MIB = 1024 * 1024;
    private static final int LONG = 11 * 1024;

    private static Deployment deployment;

    @BeforeAll
    static void start() {
        deployment = Deployment.shared(1);
    }

    @AfterAll
    static void checkLogs() {
        deployment.assertNoLeaks();
    }

    @Test
    void problemsOfTheServicesPassUntouched() {
        Rest follower = deployment.follower("follower");
        String event = "{\"channel\":\"user:other\",\"type\":\"a\",\"payload\":1}";
        passes(401, base -> Rest.get(URI.create(base + "/api/events/me")), deployment.push(0));
        passes(403, base -> follower.get(base + "/api/events/other"), deployment.push(0));
        passes(400, base -> follower.get(base + "/api/events"), deployment.push(0));
        passes(404, base -> follower.get(base + "/api/nothing"), deployment.push(0));
        passes(403, base -> follower.post(base + "/api/events", event), deployment.events(0));
        passes(400, base -> follower.post(base + "/api/events", "{"), deployment.events(0));
        passes(404, base -> follower.post(base + "/api/nothing", "{}"), deployment.events(0));
        passes(400, base -> follower.post(base + "/api/ws/ticket", "{"), deployment.ticket(0));
        passes(401, base -> new Rest("no.such.token").post(base + "/api/ws/ticket", "{}"), deployment.ticket(0));
    }

    @Test
    void readsGoToPushWritesToEventsAndTicketsToTheTicketService() {
        Rest user = deployment.as(deployment.user("writer").publish("broadcast:*"));
        String event = "{\"channel\":\"broadcast:news\",\"type\":\"a\",\"payload\":1}";
        assertThat(user.post(deployment.url("/api/events"), event).status()).isEqualTo(202);
        assertThat(deployment.ticket(user)).isNotEmpty();
        try (EventStream stream = EventStream.open(deployment.url("/api/events"), user)) {
            assertThat(stream.status())
                    .as("a stream without channels, refused by push-service")
                    .isEqualTo(400);
        }
    }

    @Test
    void aStreamsFirstBytesAndEachEventComeAtOnce() {
        Rest user = deployment.follower("streamer");
        try (EventStream stream = EventStream.open(deployment.url("/api/broadcasts/news/events"), user)) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
            assertThat(stream.headers().firstValue("Cache-Control")).hasValue("no-cache, no-transform");
            assertThat(stream.headers().firstValue("Content-Encoding")).isEmpty();
            // No more than this comes before the first event: a buffer would hold it back until the heartbeat.
            Patience.await("init").until(() -> !stream.ofType("init").isEmpty());
            deployment.log().add("broadcast:news", "tiny", "1");
            Patience.await("event").until(() -> stream.events().size() == 1);
            assertThat(stream.ofType("heartbeat")).isEmpty();
            assertThat(stream.isOpen()).isTrue();
        }
    }

    @Test
    void aBodyOverTheServicesLimitIsTheServicesProblem() {
        // Within what the proxy takes.
        Rest.Answer answer = post(deployment.url("/api/events"), 4 * MIB + MIB / 2);
        assertThat(answer.status()).as(answer::toString).isEqualTo(413);
        assertProblem(answer, 413);
    }

    @Test
    void aBodyOverTheProxysLimitIsAProblemToo() {
        assertProblem(post(deployment.url("/api/events"), 6 * MIB), 413);
    }

    @Test
    void aServiceThatIsDownIsAProblemThatSaysWhenToComeBack() {
        try (Deployment alone = Deployment.withoutServices("gateway-down", 1)) {
            for (Service service : Service.values()) {
                alone.launch(service, 1).close();
            }
            alone.startProxy();
            Rest.Answer answer = alone.publisher().post(alone.url("/api/events?x=1"), "{}");
            assertProblem(answer, 503);
            assertThat(answer.json().path("instance").asText()).isEqualTo("/api/events");
            assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
        }
    }

    @Test
    void noTokenAndNoTicketStandsInAnyLog() {
        Rest user = deployment.follower("secretive", "room:*");
        for (Replica pod : deployment.all(Service.PUSH)) {
            Function<String, String> at = path -> pod.url(path);
            for (Function<String, String> address : List.of(at, deployment::url)) {
                String ticket = deployment.ticket(user);
                Socket.connect(address.apply("/ws"), ticket).close();
                Rest.get(URI.create(address.apply("/api/events/me?ticket=" + ticket)));
                Rest.get(URI.create(address.apply("/api/nothing?ticket=" + ticket)));
                Rest.get(URI.create(address.apply("/api/events/%00?token=" + ticket)));
                Rest.get(URI.create(address.apply("/api/events?token=" + user.token())));
                user.post(address.apply("/api/nothing?token=" + user.token()), "{");
            }
        }
        try (Socket refreshing = Socket.connect(deployment.url("/ws"), deployment.ticket(user))) {
            String fresh = deployment.ticket(user);
            for (int i = 0; i < 2; i++) {
                refreshing.send(
                        "{\"type\":\"refresh\",\"id\":\"r-%d\",\"payload\":{\"ticket\":\"%s\"}}".formatted(i, fresh));
            }
            Patience.await("refreshed")
                    .until(() -> !refreshing.ofType("refreshed").isEmpty());
            Patience.await("refused").until(() -> !refreshing.ofType("error").isEmpty());
        }
        assertThat(deployment.secrets().count()).isGreaterThan(5);
        assertThat(deployment.secrets().leaks()).isEmpty();
    }

    private static void passes(int status, Function<String, Rest.Answer> call, Replica service) {
        Rest.Answer direct = call.apply(service.url(""));
        Rest.Answer proxied = call.apply(deployment.url(""));
        assertProblem(proxied, status);
        assertThat(proxied.body()).isEqualTo(direct.body());
        for (String header : List.of("Content-Type", "WWW-Authenticate", "Cache-Control", "Retry-After")) {
            assertThat(proxied.header(header)).as(header).isEqualTo(direct.header(header));
        }
    }

    /// Within what the services take, and beyond what nginx does by itself.
    @Test
    void aLongListOfChannelsAndALongTokenPass() {
        String channels = IntStream.range(0, 90)
                .mapToObj(i -> "broadcast:%0120d".formatted(i))
                .collect(Collectors.joining(","));
        String path = "/api/events?channels=" + channels;
        assertThat(path).hasSizeGreaterThan(LONG);
        try (EventStream stream = EventStream.open(deployment.url(path), deployment.follower("collector"))) {
            assertThat(stream.status()).as(stream::unread).isEqualTo(200);
            Patience.await("init").until(() -> !stream.ofType("init").isEmpty());
        }

        Rest user = deployment.as(deployment.user("granted").claim("rights", "x".repeat(LONG * 3 / 4)));
        assertThat(user.token()).hasSizeGreaterThan(LONG);
        try (EventStream stream = EventStream.open(deployment.url("/api/broadcasts/news/events"), user)) {
            assertThat(stream.status()).as(stream::unread).isEqualTo(200);
        }
        assertThat(deployment.ticket(user)).isNotEmpty();
    }

    private static Rest.Answer post(String url, int bytes) {
        HttpRequest request = Rest.request(url)
                .header("Authorization", "Bearer " + deployment.publisher().token())
                .header("Content-Type", Rest.JSON_TYPE)
                .POST(BodyPublishers.ofString("[\"" + "x".repeat(bytes - 4) + "\"]"))
                .build();
        return Rest.send(request);
    }

    private static void assertProblem(Rest.Answer answer, int status) {
        assertThat(answer.status()).as(answer::toString).isEqualTo(status);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.json().path("status").intValue()).as(answer::toString).isEqualTo(status);
        assertThat(answer.json().path("type").asText()).startsWith("https://");
        assertThat(answer.json().path("title").asText()).isNotBlank();
        if (status == 401) {
            assertThat(answer.header("WWW-Authenticate")).isNotEmpty();
        }
    }
}
