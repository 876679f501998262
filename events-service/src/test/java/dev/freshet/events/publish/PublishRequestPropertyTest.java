package dev.freshet.events.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Grants;
import dev.freshet.contract.event.EventTypes;
import dev.freshet.contract.json.JsonText;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.events.http.Command;
import dev.freshet.events.json.Element;
import dev.freshet.events.json.JsonBody;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.problem.ProblemException;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/// Whatever stands in the body of a publish, and in the headers of a CloudEvent: it is publications and mistakes of
/// elements, or a refusal with 400, and never an accident.
///
/// Stops bodies made up to make the service fail.
class PublishRequestPropertyTest {

    private static final Set<ProblemType> REFUSALS = Set.of(ProblemType.INVALID_REQUEST, ProblemType.MALFORMED_JSON);

    private static final Caller CALLER =
            new Caller("ada", null, Grants.NONE, Grants.NONE, List.of(), 0, Long.MAX_VALUE);

    @Provide
    Arbitrary<String> mediaTypes() {
        return Arbitraries.of(PublishResource.JSON, PublishResource.CLOUD_EVENT, PublishResource.CLOUD_EVENTS);
    }

    /// Names that mean something, before values that seldom fit.
    @Provide
    Arbitrary<String> bodies() {
        Arbitrary<String> name = Arbitraries.of(
                "channel",
                "channels",
                "type",
                "payload",
                "ephemeral",
                "exclude",
                "specversion",
                "id",
                "source",
                "subject",
                "time",
                "dataschema",
                "datacontenttype",
                "data",
                "data_base64",
                "traceparent",
                "other",
                "",
                "\\ud800");
        Arbitrary<String> member = Combinators.combine(name, value()).as((key, value) -> '"' + key + "\":" + value);
        Arbitrary<String> event = Arbitraries.oneOf(
                member.list().ofMaxSize(8).map(members -> '{' + String.join(",", members) + '}'),
                // Whole but for what comes behind.
                Combinators.combine(
                                Arbitraries.of(
                                        "{\"channel\":\"room:a\",\"type\":\"t\",\"payload\":1",
                                        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"t\","
                                                + "\"subject\":\"room:a\",\"data\":1"),
                                member)
                        .as((whole, more) -> whole + ',' + more + '}'),
                value());
        Arbitrary<String> body =
                Arbitraries.oneOf(event, event.list().ofMaxSize(4).map(events -> '[' + String.join(",", events) + ']'));
        return Combinators.combine(
                        body,
                        Arbitraries.integers().between(0, 400),
                        Arbitraries.strings()
                                .withChars("{}[]\",:\\ 0ue-.\u0000\ufeff")
                                .ofMaxLength(2))
                .as((text, at, with) -> at > 200
                        ? text
                        : text.substring(0, at % (text.length() + 1))
                                + with
                                + text.substring(at % (text.length() + 1)));
    }

    private static Arbitrary<String> value() {
        return Arbitraries.oneOf(
                Arbitraries.of("null", "true", "false", "{}", "[]", "[[]]", "{\"a\":[1]}", "[null]", "\"\""),
                Arbitraries.of("0", "-0", "1e999", "1e99999999999", "-1.5e-7", "9".repeat(1001), "1e", "01", "NaN"),
                Arbitraries.of("[".repeat(65) + "]".repeat(65), "[".repeat(2000) + "]".repeat(2000)),
                Arbitraries.of(
                        "\"room:a\"",
                        "\"user:me\"",
                        "\"t\"",
                        "\"ack\"",
                        "\"1.0\"",
                        "\"true\"",
                        "\"2026-01-01T00:00:00Z\"",
                        "\"2026-13-01T00:00:00+99:99\"",
                        "\"application/json\"",
                        "\"http://[\"",
                        "\"%\"",
                        "\"\\ud800\"",
                        "\"a\\u0000\\r\\nb\"",
                        "[\"room:a\",\"room:a\"]",
                        "[\"room:a\",[\"room:b\"]]",
                        "[\"room:a\",\"room:b\"]"),
                Arbitraries.strings().ofMaxLength(6).map(text -> '"' + text + '"'));
    }

    @Property(tries = 10_000)
    void anyBodyIsReadOrRefused(@ForAll("mediaTypes") String mediaType, @ForAll("bodies") String body) {
        read(mediaType, body.getBytes(StandardCharsets.UTF_8), MultiMap.caseInsensitiveMultiMap());
    }

    @Property
    void anyBytesAreReadOrRefused(@ForAll("mediaTypes") String mediaType, @ForAll @Size(max = 40) byte[] body) {
        read(mediaType, body, MultiMap.caseInsensitiveMultiMap());
    }

    @Provide
    Arbitrary<Map<String, String>> attributes() {
        Arbitrary<String> name = Arbitraries.of(
                "ce-id",
                "ce-source",
                "ce-type",
                "ce-subject",
                "ce-time",
                "ce-dataschema",
                "ce-datacontenttype",
                "ce-data",
                "ce-ephemeral",
                "ce-exclude",
                "ce-traceparent",
                "ce-",
                "ce-other",
                "CE-ID");
        Arbitrary<String> value = Arbitraries.oneOf(
                Arbitraries.of(
                        "1.0", "room:a", "t", "true", "%", "%zz", "%ff", "%00", "a%0d%0ab", "2026", "http://[", ""),
                Arbitraries.strings().ofMaxLength(8));
        return Arbitraries.maps(name, value).ofMaxSize(10);
    }

    @Property(tries = 5_000)
    void anyHeadersOfACloudEventAreReadOrRefused(
            @ForAll("attributes") Map<String, String> attributes, @ForAll("bodies") String body) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("ce-specversion", "1.0");
        attributes.forEach(headers::add);
        read(PublishResource.JSON, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    private static void read(String mediaType, byte[] body, MultiMap headers) {
        Command command = new Command(CALLER, "POST", "/api/events", mediaType, body, null, null);
        JsonBody.Content<Publication> content;
        try {
            content = PublishRequest.read(command, headers);
        } catch (ContractViolation violation) {
            assertThat(violation.reason()).isNotEmpty();
            return;
        } catch (ProblemException refused) {
            assertThat(refused.problem().type()).isIn(REFUSALS);
            return;
        }
        switch (content) {
            case JsonBody.Content.One<Publication>(Element<Publication> element) -> assertMeant(element);
            case JsonBody.Content.Many<Publication>(List<Element<Publication>> elements) -> {
                assertThat(elements).isNotEmpty();
                elements.forEach(PublishRequestPropertyTest::assertMeant);
            }
        }
    }

    private static void assertMeant(Element<Publication> element) {
        switch (element) {
            case Element.Good<Publication>(Publication publication) -> {
                assertThat(EventTypes.requirePublishable(publication.type())).isEqualTo(publication.type());
                assertThat(publication.channels()).isNotEmpty().doesNotHaveDuplicates();
                assertThat(JsonText.payload(publication.payload().utf8())).isEqualTo(publication.payload());
            }
            case Element.Bad<Publication> bad -> assertThat(bad.errors()).isNotEmpty();
        }
    }
}
