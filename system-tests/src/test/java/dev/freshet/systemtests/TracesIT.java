package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.freshet.contract.log.EntryFields;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Spans from a command, or from a producer's `traceparent`, through the log to the connections.
@Tag("calm")
final class TracesIT {

    private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private static final int PODS = 2;

    private static Collector collector;
    private static Deployment deployment;

    @BeforeAll
    static void start() {
        collector = Collector.start();
        deployment = Deployment.start(Plan.of("traces", 1)
                .with(ENDPOINT, collector.url())
                .with("OTEL_EXPORTER_OTLP_HEADERS", "x-key=it%20is%20me")
                .with("OTEL_BSP_SCHEDULE_DELAY", "50")
                .replicas(Service.TICKET, 1)
                .replicas(Service.EVENTS, 1)
                .replicas(Service.PUSH, PODS));
    }

    @AfterAll
    static void stop() {
        deployment.close();
        collector.close();
    }

    /// A client's trace.
    private record Parent(String trace, String span, String flags) {

        static Parent sampled() {
            return new Parent(random(16), random(8), "01");
        }

        static Parent notSampled() {
            return new Parent(random(16), random(8), "00");
        }

        String header() {
            return "00-" + trace + "-" + span + "-" + flags;
        }

        private static String random(int bytes) {
            byte[] id = new byte[bytes];
            ThreadLocalRandom.current().nextBytes(id);
            return HexFormat.of().formatHex(id);
        }
    }

    @Test
    void aCommandIsOneTraceFromTheRequestThroughTheLogToTheConnectionsOfEachPod() {
        Rest follower = deployment.follower("traced-follower", "room:traced");
        try (EventStream one = EventStream.open(deployment.push(0).url("/api/rooms/traced/events"), follower);
                EventStream two = EventStream.open(deployment.push(0).url("/api/rooms/traced/events"), follower);
                Socket socket = Socket.connect(deployment.push(0).url("/ws"), deployment.ticket(follower))) {
            socket.subscribe("room:traced");
            Parent client = Parent.sampled();

            Rest.Answer answer = deployment
                    .publisher()
                    .post(
                            deployment.events(0).url("/api/rooms/traced/events"),
                            Rest.JSON_TYPE,
                            "{\"type\":\"a\",\"payload\":1}",
                            "traceparent",
                            client.header());
            assertThat(answer.status()).as(answer::toString).isEqualTo(202);

            List<Collector.Span> spans = await(client.trace(), 2 + PODS);
            Collector.Span server = only(spans, "POST /api/rooms/{room}/events");
            Collector.Span append = only(spans, "append events:{0}");
            List<Collector.Span> deliveries = named(spans, "deliver events:{0}");
            assertThat(server.parent()).isEqualTo(client.span());
            assertThat(append.parent()).isEqualTo(server.id());
            assertThat(deliveries)
                    .hasSize(PODS)
                    .allSatisfy(delivery -> assertThat(delivery.parent()).isEqualTo(append.id()));

            assertThat(server.service()).isEqualTo("events-service");
            assertThat(server.kind()).isEqualTo("SPAN_KIND_SERVER");
            assertThat(server.attribute("http.response.status_code")).isEqualTo("202");
            assertThat(append.service()).isEqualTo("events-service");
            assertThat(append.kind()).isEqualTo("SPAN_KIND_PRODUCER");
            String id = answer.json().path("id").textValue();
            assertThat(append.attribute("messaging.message.id")).isEqualTo(id);
            assertThat(deliveries).allSatisfy(delivery -> {
                assertThat(delivery.service()).isEqualTo("push-service");
                assertThat(delivery.kind()).isEqualTo("SPAN_KIND_CONSUMER");
                assertThat(delivery.attribute("messaging.system")).isEqualTo("redis");
                assertThat(delivery.attribute("messaging.message.id")).isEqualTo(id);
                assertThat(delivery.attribute("freshet.channel.kind")).isEqualTo("room");
            });
            assertThat(deliveries)
                    .extracting(delivery -> delivery.attribute("freshet.connections.sse") + " "
                            + delivery.attribute("freshet.connections.websocket"))
                    .containsExactlyInAnyOrder("2 1", "0 0");
            assertThat(traceparentOf(id)).isEqualTo("00-" + client.trace() + "-" + append.id() + "-01");
            assertThat(spans.toString()).doesNotContain("traced-follower").doesNotContain("room:traced");
        }
    }

    @Test
    void aCommandOfNobodysTraceBeginsOne() {
        Rest.Answer answer = deployment
                .publisher()
                .post(
                        deployment.events(0).url("/api/events"),
                        "[{\"channel\":\"user:rootless\",\"type\":\"a\",\"payload\":1},"
                                + "{\"channel\":\"user:rootless\",\"type\":\"b\",\"payload\":2}]");
        assertThat(answer.status()).as(answer::toString).isEqualTo(202);
        String traceparent =
                traceparentOf(answer.json().path("results").path(0).path("id").textValue());

        List<Collector.Span> spans = await(traceparent.substring(3, 35), 2 + 2 * PODS);
        assertThat(only(spans, "POST /api/events").parent()).isEmpty();
        assertThat(only(spans, "append events:{0}").attribute("messaging.batch.message_count"))
                .isEqualTo("2");
        assertThat(named(spans, "deliver events:{0}")).hasSize(2 * PODS);
    }

    @Test
    void anEditOfADocumentIsTracedTheSameWay() {
        Parent client = Parent.sampled();
        Rest editor = deployment.as(deployment.user("editor").channels("document:*"));
        Rest.Answer answer = editor.patch(
                deployment.events(0).url("/api/documents/traced/content"),
                "{\"content\":\"a\"}",
                "traceparent",
                client.header());
        assertThat(answer.status()).as(answer::toString).isEqualTo(200);

        List<Collector.Span> spans = await(client.trace(), 2 + PODS);
        Collector.Span append = only(spans, "append events:{0}");
        assertThat(append.parent())
                .isEqualTo(only(spans, "PATCH /api/documents/{id}/content").id());
        assertThat(named(spans, "deliver events:{0}"))
                .hasSize(PODS)
                .allSatisfy(delivery -> assertThat(delivery.parent()).isEqualTo(append.id()));
    }

    @Test
    void anEntryOfAProducerHasItsDeliveriesInTheProducersTrace() {
        Parent producer = Parent.sampled();
        append(producer.header());

        assertThat(await(producer.trace(), PODS))
                .extracting(Collector.Span::name, Collector.Span::parent)
                .containsOnly(tuple("deliver events:{0}", producer.span()));
    }

    /// Neither the traces that their beginners do not record, nor what only looks like one.
    @Test
    void whatIsNotSampledHasNoSpansAndIsPassedOnAsItCame() {
        Parent client = Parent.notSampled();
        Parent producer = Parent.notSampled();
        Rest.Answer answer = deployment
                .publisher()
                .post(
                        deployment.events(0).url("/api/events"),
                        Rest.JSON_TYPE,
                        "{\"channel\":\"user:unsampled\",\"type\":\"a\",\"payload\":1}",
                        "traceparent",
                        client.header());
        append(producer.header());
        append("00-" + "0".repeat(32) + "-" + "0".repeat(16) + "-01");
        append("rubbish");
        Parent last = Parent.sampled();
        append(last.header());
        await(last.trace(), PODS);
        // Another process sends its own; something of it that came later than this one is waited for, too.
        Parent lastCommand = Parent.sampled();
        deployment
                .publisher()
                .post(
                        deployment.events(0).url("/api/events"),
                        Rest.JSON_TYPE,
                        "{\"channel\":\"user:sampled\",\"type\":\"a\",\"payload\":1}",
                        "traceparent",
                        lastCommand.header());
        await(lastCommand.trace(), 2 + PODS);

        assertThat(traceparentOf(answer.json().path("id").textValue())).isEqualTo(client.header());
        assertThat(collector.ofTrace(client.trace())).isEmpty();
        assertThat(collector.ofTrace(producer.trace())).isEmpty();
        assertThat(collector.spans())
                .noneMatch(span ->
                        span.name().startsWith("deliver") && span.parent().isEmpty());
    }

    @Test
    void aRefusedCommandAndATicketHaveTheirSpansAndNothingElse() {
        Parent client = Parent.sampled();
        Rest nobody = deployment.follower("may-not");
        assertThat(nobody.post(
                                deployment.events(0).url("/api/users/somebody/events"),
                                Rest.JSON_TYPE,
                                "{\"type\":\"a\",\"payload\":1}",
                                "traceparent",
                                client.header())
                        .status())
                .isEqualTo(403);
        Rest.Answer ticket = nobody.post(
                deployment.ticket(0).url("/api/ws/ticket"), Rest.JSON_TYPE, "{}", "traceparent", client.header());
        deployment.secrets().remember(ticket.json().path("ticket").textValue());

        List<Collector.Span> spans = await(client.trace(), 2);
        assertThat(only(spans, "POST /api/users/{id}/events").attribute("http.response.status_code"))
                .isEqualTo("403");
        assertThat(only(spans, "POST /api/ws/ticket").service()).isEqualTo("ticket-service");
        assertThat(spans.toString())
                .doesNotContain("somebody")
                .doesNotContain(ticket.json().path("ticket").textValue());
    }

    @Test
    void theCollectorIsGivenTheHeadersThatItWants() {
        Parent producer = Parent.sampled();
        append(producer.header());
        await(producer.trace(), PODS);

        assertThat(collector.keys()).containsOnly("it is me");
    }

    /// Once because nothing is said, once because it is turned off.
    @Test
    void withTracesOffNobodyIsConnectedToAndTheEntryHasWhatTheClientSent() {
        Parent client = Parent.sampled();
        try (Collector unused = Collector.start();
                Deployment off = Deployment.withoutServices("traces-off", 1)) {
            Map<String, String> disabled =
                    Map.of(ENDPOINT, unused.url(), "OTEL_SDK_DISABLED", "true", "OTEL_BSP_SCHEDULE_DELAY", "50");
            Replica unsaid = off.launch(Service.EVENTS, 1);
            Replica said = off.launch(Service.EVENTS, 1, disabled);
            Replica push = off.launch(Service.PUSH, 1, disabled);
            Stream.of(unsaid, said, push).forEach(Replica::awaitReady);
            try (EventStream stream = EventStream.open(push.url("/api/events/me"), off.follower("quiet"))) {
                Patience.await("init").until(() -> !stream.ofType("init").isEmpty());
                for (Replica events : List.of(unsaid, said)) {
                    Rest.Answer answer = off.publisher()
                            .post(
                                    events.url("/api/users/quiet/events"),
                                    Rest.JSON_TYPE,
                                    "{\"type\":\"a\",\"payload\":1}",
                                    "traceparent",
                                    client.header());
                    assertThat(answer.status()).as(answer::toString).isEqualTo(202);
                }
                Patience.await("delivered").until(() -> stream.events().size() == 2);
            }

            assertThat(off.log().entries())
                    .filteredOn(entry -> entry.field("type").equals("a"))
                    .extracting(entry -> entry.field(EntryFields.TRACEPARENT))
                    .containsExactly(client.header(), client.header());
            for (Replica replica : List.of(unsaid, said, push)) {
                assertThat(replica.metrics().lines()).noneMatch(line -> line.startsWith("freshet_trace_spans"));
                assertThat(replica.child().logLines()).noneMatch(line -> line.contains("Traces go to"));
                replica.close();
            }
            assertThat(unused.requests()).isZero();
        }
    }

    @Test
    void aCollectorThatNeverAnswersHoldsUpNothing() throws IOException, InterruptedException {
        int events = 100;
        int queue = 20;
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Deployment alone = Deployment.withoutServices("traces-silent", 1)) {
            Map<String, String> settings = Map.of(
                    ENDPOINT,
                    "http://127.0.0.1:" + silent.getLocalPort(),
                    "OTEL_BSP_SCHEDULE_DELAY",
                    "10",
                    "OTEL_BSP_MAX_QUEUE_SIZE",
                    Integer.toString(queue),
                    // So that nothing becomes of what waits while the test looks.
                    "OTEL_EXPORTER_OTLP_TIMEOUT",
                    "300000");
            Replica writer = alone.launch(Service.EVENTS, 1, settings);
            Replica push = alone.launch(Service.PUSH, 1, settings);
            Stream.of(writer, push).forEach(Replica::awaitReady);
            try (EventStream stream = EventStream.open(push.url("/api/events/me"), alone.follower("patient"))) {
                Patience.await("init").until(() -> !stream.ofType("init").isEmpty());
                Rest publisher = alone.publisher();
                for (int i = 0; i < events; i++) {
                    Rest.Answer answer = publisher.post(
                            writer.url("/api/users/patient/events"), "{\"type\":\"a\",\"payload\":" + i + "}");
                    assertThat(answer.status()).as(answer::toString).isEqualTo(202);
                }
                Patience.await("delivered").until(() -> stream.events().size() == events);
            }

            // Who answers comes before the span's end.
            Patience.await("dropped").untilAsserted(() -> {
                assertThat(dropped(writer)).isEqualTo(2 * events - queue);
                assertThat(dropped(push)).isEqualTo(events - queue);
            });
            for (Replica replica : List.of(writer, push)) {
                assertThat(replica.child().logLines())
                        .filteredOn(line -> line.contains("Spans are lost"))
                        .hasSize(1);
                assertThat(replica.child().logLines()).noneMatch(line -> line.contains("opentelemetry"));
            }
            writer.child().send("TERM");
            writer.child().awaitExit(Duration.ofSeconds(30));
        }
    }

    private static double dropped(Replica replica) {
        return replica.metrics().sum("freshet_trace_spans_total", "outcome=\"dropped\"");
    }

    private static void append(String traceparent) {
        deployment.log().addRaw(0, "channel", "user:produced", "type", "a", "payload", "1", "traceparent", traceparent);
    }

    private static String traceparentOf(String id) {
        return deployment.log().entries().stream()
                .filter(entry -> deployment.log().wireId(0, entry.id()).equals(id))
                .map(entry -> entry.field(EntryFields.TRACEPARENT))
                .findFirst()
                .orElseThrow();
    }

    /// Waits for so many spans, and checks that there are no more.
    private static List<Collector.Span> await(String trace, int count) {
        Patience.await("spans of " + trace)
                .untilAsserted(() -> assertThat(collector.ofTrace(trace)).hasSizeGreaterThanOrEqualTo(count));
        assertThat(collector.ofTrace(trace)).hasSize(count);
        return collector.ofTrace(trace);
    }

    private static List<Collector.Span> named(List<Collector.Span> spans, String name) {
        return spans.stream().filter(span -> span.name().equals(name)).toList();
    }

    private static Collector.Span only(List<Collector.Span> spans, String name) {
        assertThat(named(spans, name)).as(name + " of " + spans).hasSize(1);
        return named(spans, name).getFirst();
    }
}
