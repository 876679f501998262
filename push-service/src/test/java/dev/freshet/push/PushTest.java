package dev.freshet.push;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.Grants;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.log.Partitions;
import dev.freshet.contract.ticket.Ticket;
import dev.freshet.contract.ticket.TicketRecord;
import dev.freshet.testkit.Management;
import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.Tokens;
import dev.freshet.testkit.WebSocketRecorder;
import io.quarkus.test.common.http.TestHTTPResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;

/// A running push-service, a Redis server and an identity provider, and short ways to use them.
///
/// Every test uses users and channels of its own ([#unique]): tests of one profile share service and log.
public abstract class PushTest {

    protected static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    protected static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final SecureRandom RANDOM = new SecureRandom();

    protected RedisServer redis;
    protected Tokens tokens;
    protected Management management;

    @TestHTTPResource
    protected URI root;

    private final List<AutoCloseable> open = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void closeConnections() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        open.clear();
    }

    protected static String unique(String prefix) {
        return prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    protected HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + root.getPort() + path))
                .timeout(Duration.ofSeconds(30));
    }

    protected HttpRequest.Builder request(String path, Tokens.Builder user) {
        return request(path).header("Authorization", "Bearer " + user.sign());
    }

    protected SseRecorder sse(HttpRequest.Builder request) {
        SseRecorder recorder = SseRecorder.open(HTTP, request.build());
        open.add(recorder);
        return recorder;
    }

    protected SseRecorder sse(String path, Tokens.Builder user) {
        return sse(request(path, user));
    }

    protected HttpResponse<String> get(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    protected RawConnection raw() {
        return raw(0);
    }

    protected RawConnection raw(int receiveBuffer) {
        RawConnection connection = RawConnection.to(root.getPort(), receiveBuffer);
        open.add(connection);
        return connection;
    }

    /// A WebSocket that was let in; its `connected` is yet to be read.
    protected WebSocketRecorder webSocket(String query, Map<String, String> headers) {
        URI uri = URI.create("ws://127.0.0.1:" + root.getPort() + "/ws" + query);
        WebSocketRecorder recorder = WebSocketRecorder.open(HTTP, uri, headers);
        open.add(recorder);
        return recorder;
    }

    /// A WebSocket of this user, with `connected` read.
    protected WebSocketRecorder connected(Tokens.Builder user) {
        WebSocketRecorder recorder = webSocket("", Map.of("Authorization", "Bearer " + user.sign()));
        recorder.next("connected");
        return recorder;
    }

    /// A ticket as ticket-service keeps it.
    protected String ticket(TicketRecord record) {
        return ticket(record, Duration.ofSeconds(Ticket.LIFE_SECONDS));
    }

    protected String ticket(TicketRecord record, Duration life) {
        Ticket ticket = Ticket.random(RANDOM);
        String key = Keys.ticket(ticket.hash());
        String json = new String(record.toJson(), StandardCharsets.UTF_8);
        String answer = redis.cli("SET", key, json, "PX", Long.toString(life.toMillis()));
        if (!answer.equals("OK")) {
            throw new IllegalStateException(answer);
        }
        return ticket.text();
    }

    protected String ticket(String user, String... channels) {
        return ticket(record(user, channels));
    }

    protected static TicketRecord record(String user, String... channels) {
        long now = System.currentTimeMillis();
        return new TicketRecord(
                user, null, Grants.parse(List.of(channels)), Grants.NONE, List.of(), now, now + 600_000);
    }

    protected static TicketRecord expiring(TicketRecord record, Duration life) {
        return new TicketRecord(
                record.userId(),
                record.name(),
                record.subscribe(),
                record.publish(),
                record.groups(),
                record.issuedAt(),
                System.currentTimeMillis() + life.toMillis());
    }

    /// Disconnects a user as events-service does.
    protected void revoke(String user, long at) {
        redis.cli("SET", Keys.revoked(user), Long.toString(at), "PX", "600000");
        redis.cli("XADD", Keys.revocations(), "*", "user", user, "at", Long.toString(at), "by", "root");
    }

    /// Appends as a producer does and answers the raw id.
    protected String xadd(String channel, String type, String payload, String... more) {
        List<String> command = new ArrayList<>(
                List.of("XADD", Keys.events(partition(channel)), "*", "channel", channel, "type", type));
        command.addAll(List.of("payload", payload));
        command.addAll(List.of(more));
        String id = redis.cli(command.toArray(String[]::new));
        if (!id.matches("[0-9]+-[0-9]+")) {
            throw new IllegalStateException(id);
        }
        return id;
    }

    /// As the test's profile has them.
    protected int partitions() {
        return 1;
    }

    protected int partition(String channel) {
        return new Partitions(partitions()).of(Channel.parse(channel));
    }

    protected String epoch(int partition) {
        return redis.cli("HGET", Keys.state(partition), "epoch");
    }

    /// As an event's id stands on the wire.
    protected String wireId(String channel, String rawId) {
        int partition = partition(channel);
        return (partition == 0 ? "" : partition + ".") + rawId + "~" + epoch(partition);
    }

    /// Raw Lua, for bytes that no command line can hold.
    protected String lua(String script) {
        return redis.cli("EVAL", script, "0");
    }

    /// A name whose channel lies in this partition.
    protected String nameIn(int partition, String kind) {
        while (true) {
            String name = unique("p" + partition);
            if (partition(kind + ":" + name) == partition) {
                return name;
            }
        }
    }

    /// The sum of a metric's series, by the name that Prometheus reads.
    ///
    /// @param tags names and values in turn
    protected double metric(String name, String... tags) {
        String[] carried = new String[tags.length / 2];
        Arrays.setAll(carried, i -> tags[2 * i] + "=\"" + tags[2 * i + 1] + '"');
        return management.metrics().sum(name, carried);
    }

    protected void awaitConnections(String transport, int expected) {
        await().atMost(SseRecorder.LIMIT)
                .until(() -> metric("freshet_connections", "transport", transport) == expected);
    }

    protected static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }
}
