package dev.freshet.contract.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.contract.Fixtures;
import dev.freshet.contract.Fixtures.Fixture;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.Event;
import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every message of an event stream, read as a browser reads it.
class SseMessageGoldenTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Channel LOBBY = Channel.room("lobby");
    private static final List<Channel> CHANNELS = List.of(Channel.user("ada"), Channel.broadcast("orders"));
    private static final String TWO = "1767225600000-0~k3Yx9aQ2_1.1767225600004-0~k3Yx9aQ2";

    static List<Fixture> fixtures() {
        return Fixtures.valid("sse-message");
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void aMessageReadsAsItsFixture(Fixture fixture) throws Exception {
        SseMessage message = table().get(fixture.name());
        if (message == null) {
            // Events: any type, written by one rule.
            Cursor cursor = Cursor.parse(fixture.json().path("id").textValue());
            message = new SseMessage.Event(
                    cursor,
                    new LoggedEvent(
                            cursor.positions().getLast(),
                            Event.of(
                                    LOBBY,
                                    fixture.json().path("event").textValue(),
                                    JsonText.payload(fixture.json().path("data").toString()))));
        }
        assertThat(parse(new String(SseWriter.write(message), StandardCharsets.UTF_8)))
                .isEqualTo(fixture.json());
    }

    @Test
    void everyMessageOfTheStreamItselfHasARow() {
        assertThat(fixtures().stream()
                        .filter(fixture -> List.of("init", "gap", "heartbeat", "unavailable")
                                .contains(fixture.json().path("event").textValue()))
                        .map(Fixture::name))
                .containsExactlyInAnyOrderElementsOf(table().keySet());
    }

    @Test
    void aRetryAloneIsNoEvent() {
        assertThat(new String(SseWriter.write(new SseMessage.Retry(2500)), StandardCharsets.UTF_8))
                .isEqualTo("retry: 2500\n\n");
    }

    private static Map<String, SseMessage> table() {
        Cursor one = Cursor.parse("1767225600000-0~k3Yx9aQ2");
        Cursor behind = Cursor.parse("1767225600001-0~k3Yx9aQ2");
        Map<String, SseMessage> table = new LinkedHashMap<>();
        table.put("init", new SseMessage.Init(3000, one, "c-7f3a", CHANNELS, false));
        table.put("init-resumed", new SseMessage.Init(3000, one, "c-7f3a", CHANNELS, true));
        table.put("init-two-partitions", new SseMessage.Init(3000, Cursor.parse(TWO), "c-7f3a", CHANNELS, false));
        table.put("heartbeat", new SseMessage.Heartbeat(one, 1767225625000L));
        table.put("gap-trimmed", new SseMessage.Gap(behind, LOBBY, GapReason.TRIMMED));
        table.put("gap-reset", new SseMessage.Gap(behind, LOBBY, GapReason.RESET));
        table.put("gap-lagging", new SseMessage.Gap(behind, LOBBY, GapReason.LAGGING));
        table.put("unavailable", new SseMessage.Unavailable(2000, 503, "draining"));
        table.put("unavailable-redis-down", new SseMessage.Unavailable(7341, 503, "log-unreachable"));
        table.put("unavailable-limit", new SseMessage.Unavailable(10000, 429, "too-many-connections"));
        return table;
    }

    /// One event, by the steps of the HTML standard; a field that stands twice, or an unknown one, fails.
    private static ObjectNode parse(String text) throws JsonProcessingException {
        assertThat(text).endsWith("\n\n").doesNotContain("\r");
        ObjectNode message = JSON.createObjectNode();
        for (String line : text.substring(0, text.length() - 2).split("\n", -1)) {
            int colon = line.indexOf(": ");
            String field = line.substring(0, colon);
            String value = line.substring(colon + 2);
            assertThat(message.has(field)).as("only one " + field).isFalse();
            switch (field) {
                case "event", "id" -> message.put(field, value);
                case "data" -> message.set(field, JSON.readTree(value));
                case "retry" -> message.put(field, Integer.parseInt(value));
                default -> throw new AssertionError("unknown field " + field);
            }
        }
        return message;
    }
}
