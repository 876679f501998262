package dev.freshet.events.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.json.JsonText;
import dev.freshet.events.json.Element;
import dev.freshet.events.json.JsonBody;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A payload goes on as the bytes that were sent, wherever it stands in the body and whatever stands around it.
class PayloadSliceTest {

    private static final List<String> VALUES = List.of(
            "0",
            "-0",
            "7",
            "-1",
            "1.0",
            "1.00",
            "10e3",
            "1E+2",
            "-1.5e-7",
            "12345678901234567890123456789",
            "1e400",
            "true",
            "false",
            "null",
            "\"\"",
            "\"a,b}]\"",
            "\"\\\"\\\\\"",
            "\"\\u0000\\ud83d\"",
            "\"Grüße 👋\"",
            "[]",
            "{}",
            "[1,2,[3,{}]]",
            "{\"a\":{\"b\":[1.0,\"}\"]},\"payload\":1}",
            "[\"],\"]",
            "{\"\":-0.0}");

    private static final List<String> SPACES = List.of("", " ", "\n", "\r\n", "\t ", "    \n\t");

    private static final List<String> OTHERS = List.of(
            "\"x\":1", "\"x\":\"ä,}\"", "\"x\":[{\"payload\":2}]", "\"ephemeral\":true", "\"x\":null", "\"y\":-1.5e3");

    @Test
    void everyValueInEveryPlaceIsTakenExactly() {
        Random random = new Random(7);
        for (String value : VALUES) {
            for (int round = 0; round < 200; round++) {
                List<String> members = new ArrayList<>(List.of(
                        "\"channel\"" + space(random) + ":" + space(random) + "\"user:42\"",
                        "\"type\":\"t\"",
                        "\"payload\"" + space(random) + ":" + space(random) + value + space(random)));
                members.add(OTHERS.get(random.nextInt(OTHERS.size())));
                Collections.shuffle(members, random);
                String object = "{" + space(random) + String.join("," + space(random), members) + "}";
                String body = round % 2 == 0 ? object : "[" + object + space(random) + "," + object + "]";
                assertThat(payloads(space(random) + body + space(random)))
                        .as(body)
                        .isNotEmpty()
                        .allMatch(JsonText.payload(value)::equals);
            }
        }
    }

    private static String space(Random random) {
        return SPACES.get(random.nextInt(SPACES.size()));
    }

    private static List<JsonText> payloads(String body) {
        JsonBody.Content<Publication> content =
                JsonBody.read(body.getBytes(StandardCharsets.UTF_8), () -> new PublicationDraft(null, null));
        List<Element<Publication>> elements = switch (content) {
            case JsonBody.Content.One<Publication>(Element<Publication> element) -> List.of(element);
            case JsonBody.Content.Many<Publication>(var many) -> many;
        };
        return elements.stream()
                .map(element -> ((Element.Good<Publication>) element).value().payload())
                .toList();
    }
}
