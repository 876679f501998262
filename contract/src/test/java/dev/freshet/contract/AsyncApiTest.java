package dev.freshet.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.freshet.contract.Fixtures.Fixture;
import dev.freshet.contract.event.EventTypes;
import dev.freshet.contract.message.ClientMessage;
import dev.freshet.contract.message.ClientMessageReader;
import dev.freshet.contract.message.CloseCode;
import dev.freshet.contract.message.ErrorCode;
import dev.freshet.contract.message.GapReason;
import dev.freshet.contract.message.ServerMessage;
import dev.freshet.contract.message.SseMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// `docs/reference/asyncapi.yaml` is an AsyncAPI document, and says of the streams what schemas and code say.
class AsyncApiTest {

    private static final Path DOCUMENT = Path.of("../docs/reference/asyncapi.yaml");
    private static final String SPECIFICATION = "http://asyncapi.com/schema-store/3.0.0.json";
    private static final String SCHEMAS = "https://freshet.dev/schema/";

    /// What a browser's EventSource and WebSocket mean by these words; Freshet never says them.
    private static final Set<String> WORDS_OF_BROWSERS = Set.of("open", "message");

    private static final JsonNode API = document();

    private static final SchemaRegistry PAYLOADS = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemas(id -> text(Path.of("schema").resolve(id.substring(SCHEMAS.length())))));

    /// One of the document's messages.
    ///
    /// @param group `client`, `server` or `sse`
    record Message(String group, String name, Schema payload) {
        @Override
        public String toString() {
            return group + "." + name;
        }
    }

    private static final List<Message> MESSAGES = messages();

    static Stream<Fixture> valid() {
        return Stream.of("client-message", "server-message", "sse-message")
                .flatMap(schema -> Fixtures.valid(schema).stream());
    }

    static Stream<Fixture> invalid() {
        return Stream.of("client-message", "server-message", "sse-message")
                .flatMap(schema -> Fixtures.invalid(schema).stream());
    }

    static List<Message> all() {
        return MESSAGES;
    }

    @Test
    void itIsAnAsyncApiDocument() {
        SchemaRegistry registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_7,
                builder -> builder.schemas(
                        Map.of(SPECIFICATION, text(Path.of("src/test/resources/asyncapi/3.0.0.json")))));
        Schema specification = registry.getSchema(SchemaLocation.of(SPECIFICATION));
        assertThat(specification.validate(API)).isEmpty();
        // The specification is really asked, in depth too.
        ObjectNode wrong = API.deepCopy();
        ((ObjectNode) wrong.at("/operations/joinRoom")).remove("action");
        assertThat(specification.validate(wrong)).isNotEmpty();
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        List<String> references = new ArrayList<>();
        collectReferences(API, references);
        assertThat(references).isNotEmpty().allSatisfy(reference -> {
            if (reference.startsWith("#")) {
                assertThat(API.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse();
            } else {
                assertThat(schemaFile(reference)).exists();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("valid")
    void oneMessageDescribesEachValidFixture(Fixture fixture) {
        assertThat(accepting(fixture)).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void noMessageDescribesAnInvalidFixture(Fixture fixture) {
        assertThat(accepting(fixture)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyMessageHasAFixture(Message message) {
        assertThat(valid().filter(fixture -> accepting(fixture).contains(message)))
                .isNotEmpty();
    }

    @Test
    void everyClientMessageOfTheCodeIsOneMessageOfTheDocument() {
        Map<String, Set<Class<?>>> read = new HashMap<>();
        for (Fixture fixture : Fixtures.valid("client-message")) {
            accepting(fixture)
                    .forEach(message -> read.computeIfAbsent(message.name(), name -> new HashSet<>())
                            .add(ClientMessageReader.read(fixture.text()).getClass()));
        }
        assertThat(read.keySet()).isEqualTo(names("client"));
        assertThat(read.values()).allSatisfy(classes -> assertThat(classes).hasSize(1));
        assertThat(read.values().stream().flatMap(Set::stream))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ClientMessage.class.getPermittedSubclasses())
                        .filter(type -> type != ClientMessage.Invalid.class)
                        .toList());
    }

    @Test
    void everyServerMessageOfTheCodeStandsInTheDocument() {
        Set<String> words = words(ServerMessage.class);
        // Events have a name of their own where Freshet decides what their payload is.
        words.addAll(Set.of("direct-message", "user-joined", "user-left", "presence-changed"));
        assertThat(names("server")).isEqualTo(words);
    }

    @Test
    void everySseMessageOfTheCodeStandsInTheDocument() {
        Set<String> words = words(SseMessage.class);
        words.removeAll(Set.of("event", "retry"));
        words.addAll(Set.of(
                "application-event", "user-joined", "user-left", "presence-changed", "content-update", "cursor-move"));
        assertThat(names("sse")).isEqualTo(words);
    }

    @Test
    void everyReservedTypeIsReservedForAReason() {
        Set<String> said = new TreeSet<>(names("sse"));
        said.addAll(names("server"));
        assertThat(said)
                .containsAll(EventTypes.RESERVED.stream()
                        .filter(type -> !WORDS_OF_BROWSERS.contains(type))
                        .toList());
    }

    @Test
    void everyCloseCodeStandsInTheDocument() {
        assertThat(API.at("/channels/websocket/x-close-codes"))
                .map(code -> code.path("code").asInt() + " "
                        + code.path("reason").asText() + " " + code.path("then").asText())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(CloseCode.values())
                        .map(code -> code.code() + " " + code.reason() + " "
                                + kebab(code.then().name()))
                        .toList());
    }

    @Test
    void everyErrorCodeStandsInTheDocumentAndInItsSchema() {
        List<String> words =
                Arrays.stream(ErrorCode.values()).map(ErrorCode::word).toList();
        assertThat(API.at("/channels/websocket/x-error-codes"))
                .map(JsonNode::asText)
                .containsExactlyInAnyOrderElementsOf(words);
        assertThat(json(Path.of("schema/server-message.schema.json"))
                        .at("/$defs/error/properties/payload/properties/code/enum"))
                .map(JsonNode::asText)
                .containsExactlyInAnyOrderElementsOf(words);
    }

    @Test
    void everyGapReasonStandsInTheSchema() {
        assertThat(json(Path.of("schema/common.schema.json")).at("/$defs/gapReason/enum"))
                .map(JsonNode::asText)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(GapReason.values()).map(GapReason::word).toList());
    }

    @Test
    void everyMessageBelongsToItsChannelsAndToAnOperation() {
        Set<String> used = new HashSet<>();
        API.path("operations").forEach(operation -> {
            operation
                    .path("messages")
                    .forEach(message -> used.add(message.path("$ref").asText()));
            operation
                    .at("/reply/messages")
                    .forEach(message -> used.add(message.path("$ref").asText()));
        });
        assertThat(API.at("/channels/websocket/messages").propertyStream().map(Map.Entry::getKey))
                .allSatisfy(key -> assertThat(used).contains("#/channels/websocket/messages/" + key));
        API.path("channels").properties().forEach(channel -> {
            Set<String> groups = channel.getKey().equals("websocket") ? Set.of("client", "server") : Set.of("sse");
            assertThat(channel.getValue().path("messages").size())
                    .as(channel.getKey())
                    .isEqualTo(MESSAGES.stream()
                            .filter(message -> groups.contains(message.group()))
                            .count());
        });
    }

    private static List<Message> accepting(Fixture fixture) {
        String group = fixture.schema().substring(0, fixture.schema().indexOf('-'));
        return MESSAGES.stream()
                .filter(message -> message.group().equals(group))
                .filter(message -> message.payload().validate(fixture.json()).isEmpty())
                .toList();
    }

    private static Set<String> names(String group) {
        return MESSAGES.stream()
                .filter(message -> message.group().equals(group))
                .map(Message::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// The messages of a protocol as they are called on the wire.
    private static Set<String> words(Class<?> protocol) {
        return Arrays.stream(protocol.getPermittedSubclasses())
                .map(type -> type.getSimpleName()
                        .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
                        .toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String kebab(String constant) {
        return constant.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static List<Message> messages() {
        List<Message> messages = new ArrayList<>();
        API.at("/components/messages").properties().forEach(entry -> {
            JsonNode message = entry.getValue();
            String reference = message.at("/payload/schema/$ref").asText();
            Path file = schemaFile(reference);
            String group = file.getFileName().toString().replace("-message.schema.json", "");
            messages.add(new Message(
                    group,
                    message.path("name").asText(),
                    PAYLOADS.getSchema(SchemaLocation.of(
                            SCHEMAS + file.getFileName() + reference.substring(reference.indexOf('#'))))));
        });
        return messages;
    }

    private static Path schemaFile(String reference) {
        return DOCUMENT.resolveSibling(reference.substring(0, reference.indexOf('#')))
                .normalize();
    }

    private static void collectReferences(JsonNode node, List<String> references) {
        if (node.path("$ref").isTextual()) {
            references.add(node.path("$ref").asText());
        }
        node.forEach(child -> collectReferences(child, references));
    }

    private static JsonNode document() {
        Object tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(text(DOCUMENT));
        return new ObjectMapper().valueToTree(tree);
    }

    private static JsonNode json(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
