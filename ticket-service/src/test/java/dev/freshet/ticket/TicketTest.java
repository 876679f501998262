package dev.freshet.ticket;

import static dev.freshet.ticket.Api.PATH;
import static dev.freshet.ticket.Api.narrowed;
import static dev.freshet.ticket.Api.newUser;
import static dev.freshet.ticket.Api.problem;
import static dev.freshet.ticket.Api.stored;
import static dev.freshet.ticket.Api.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.contract.channel.Grants;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.ticket.Ticket;
import dev.freshet.contract.ticket.TicketRecord;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.Management;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ExtractableResponse;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(FreshetResource.class)
@SuppressWarnings("NullAway.Init") // the test resource fills the fields
class TicketTest {

    RedisServer redis;
    Tokens tokens;

    Management management;

    @Test
    void aTokenIsExchangedForATicketOfThirtySeconds() throws Exception {
        long before = System.currentTimeMillis();
        ExtractableResponse<Response> answer = with(tokens.user(newUser()).sign())
                .post(PATH)
                .then()
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .extract();
        JsonNode body = new ObjectMapper().readTree(answer.asString());
        assertThat(body.properties().stream().map(Map.Entry::getKey))
                .containsExactly("ticket", "expiresAt", "expiresIn");
        assertThat(Ticket.isWellFormed(body.get("ticket").textValue())).isTrue();
        assertThat(body.get("expiresIn").intValue()).isEqualTo(30);
        assertThat(body.get("expiresAt").longValue()).isBetween(before + 30_000, System.currentTimeMillis() + 30_000);
    }

    @Test
    void theApiIsDocumented() {
        String document = given().accept("application/json")
                .get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        assertThat(document)
                .contains(
                        "\"/api/ws/ticket\"",
                        "\"issueTicket\"",
                        "application/problem+json",
                        "TicketRequest",
                        "TicketResponse")
                .contains("\"200\"", "\"400\"", "\"401\"", "\"403\"", "\"413\"", "\"415\"", "\"429\"", "\"503\"");
    }

    @Test
    void everyTicketIsAnother() {
        String token = tokens.user(newUser()).sign();
        assertThat(Set.of(ticket(token), ticket(token), ticket(token))).hasSize(3);
    }

    @Test
    void whatIsStoredIsExactlyTheRecordOfTheToken() {
        String user = newUser();
        long issued = Instant.now().getEpochSecond() - 5;
        long expires = Instant.now().getEpochSecond() + 500;
        String ticket = ticket(tokens.user(user)
                .claim("name", "Ada \"Ω\" Lovelace")
                .claim("iat", issued)
                .claim("exp", expires)
                .channels("room:general", "document:team-*")
                .publish("room:*", "user:42")
                .groups("publisher", "admin")
                .sign());
        String key = Keys.ticket(new Ticket(ticket).hash());
        TicketRecord record = TicketRecord.parse(redis.cli("GET", key));
        assertThat(record.userId()).isEqualTo(user);
        assertThat(record.name()).isEqualTo("Ada \"Ω\" Lovelace");
        assertThat(record.subscribe())
                .isEqualTo(Grants.parse(List.of("room:general", "document:team-*", "broadcast:*")));
        assertThat(record.publish()).isEqualTo(Grants.parse(List.of("room:*", "user:42")));
        assertThat(record.groups()).containsExactlyInAnyOrder("publisher", "admin");
        assertThat(record.issuedAt()).isEqualTo(issued * 1000);
        assertThat(record.expiresAt()).isEqualTo(expires * 1000);
        assertThat(redis.cli("GET", key)).isEqualTo(new String(record.toJson(), StandardCharsets.UTF_8));
        assertThat(Long.parseLong(redis.cli("PTTL", key))).isBetween(25_000L, 30_000L);
    }

    @Test
    void thePlainTicketStandsNowhereInRedis() {
        String ticket = ticket(tokens.user(newUser()).sign());
        List<String> keys = redis.cli("--scan").lines().toList();
        assertThat(keys).contains(Keys.ticket(new Ticket(ticket).hash()));
        for (String key : keys) {
            assertThat(key).doesNotContain(ticket);
            String value = switch (redis.cli("TYPE", key)) {
                case "string" -> redis.cli("GET", key);
                case "hash" -> redis.cli("HGETALL", key);
                case "none" -> "expired meanwhile";
                default -> throw new AssertionError("nothing else is kept: " + key);
            };
            assertThat(value).doesNotContain(ticket);
        }
    }

    @Test
    void aTicketEndsWithItsToken() {
        String ticket = with(tokens.user(newUser())
                        .expiresIn(Duration.ofSeconds(12))
                        .sign())
                .post(PATH)
                .then()
                .statusCode(200)
                .body(
                        "expiresIn",
                        org.hamcrest.Matchers.allOf(
                                org.hamcrest.Matchers.greaterThanOrEqualTo(8),
                                org.hamcrest.Matchers.lessThanOrEqualTo(12)))
                .extract()
                .path("ticket");
        assertThat(Long.parseLong(redis.cli("PTTL", Keys.ticket(new Ticket(ticket).hash()))))
                .isBetween(5_000L, 12_000L);
    }

    @Test
    void aTokenInItsLastSecondsStillGivesATicketOfASecond() {
        // A token's end is a whole second, rounded down: between one and two seconds are left at every moment.
        with(tokens.user(newUser()).expiresIn(Duration.ofSeconds(2)).sign())
                .post(PATH)
                .then()
                .statusCode(200)
                .body("expiresIn", equalTo(1));
    }

    @Test
    void issuedTicketsAreCounted() {
        double before = management.metrics().sum("freshet_tickets_issued_total");
        ticket(tokens.user(newUser()).sign());
        assertThat(management.metrics().sum("freshet_tickets_issued_total")).isEqualTo(before + 1);
    }

    @Test
    void aCookieDoesAsWell() {
        String user = newUser();
        String ticket = given().cookie("access_token", tokens.user(user).sign())
                .post(PATH)
                .then()
                .statusCode(200)
                .extract()
                .path("ticket");
        assertThat(stored(redis, ticket).userId()).isEqualTo(user);
    }

    @Test
    void narrowingLeavesWhatWasAskedFor() {
        String user = newUser();
        String token = tokens.user(user)
                .channels("room:*", "document:7")
                .publish("room:general", "room:team-*", "document:*", "user:9")
                .sign();
        String body = "{\"channels\":[\"room:team-*\",\"document:7\",\"broadcast:news\",\"user:" + user
                + "\",\"room:team-*\"],\"other\":1}";
        String ticket = narrowed(token, body).statusCode(200).extract().path("ticket");
        TicketRecord record = stored(redis, ticket);
        assertThat(record.subscribe().asText())
                .containsExactly("room:team-*", "document:7", "broadcast:news", "user:" + user);
        assertThat(record.publish().asText()).containsExactly("room:team-*", "document:7");
    }

    @Test
    void narrowingLeavesPublishGrantsInsideOfWhatWasAskedFor() {
        String token = tokens.user(newUser())
                .channels("room:*")
                .publish("room:general", "document:7")
                .sign();
        String ticket = narrowed(token, "{\"channels\":[\"room:*\"]}")
                .statusCode(200)
                .extract()
                .path("ticket");
        assertThat(stored(redis, ticket).publish().asText()).containsExactly("room:general");
    }

    @ParameterizedTest
    @ValueSource(strings = {"room:secret", "room:general*", "room:*", "user:somebody-else", "user:*", "document:1"})
    void whatTheTokenDoesNotGrantIsRefusedByName(String pattern) {
        String token =
                tokens.user(newUser()).channels("room:general", "document:a*").sign();
        problem(narrowed(token, "{\"channels\":[\"room:general\",\"" + pattern + "\"]}"), 403, "forbidden-channel")
                .body("detail", containsString(pattern))
                .body("instance", equalTo(PATH));
    }

    @Test
    void everyElementThatIsNoPatternIsNamed() {
        String token = tokens.user(newUser()).channels("room:*").sign();
        problem(
                        narrowed(token, "{\"channels\":[\"bad\",\"room:a\",7,\"room:a b\",\"user:me\"]}"),
                        400,
                        "invalid-request")
                .body("errors.field", equalTo(List.of("channels[0]", "channels[2]", "channels[3]", "channels[4]")))
                .body("errors.message", hasSize(4));
    }

    @Test
    void anAnswerNamesNoMoreMistakesThanCanBeRead() {
        String token = tokens.user(newUser()).sign();
        problem(narrowed(token, "{\"channels\":[" + "1,".repeat(20_000) + "1]}"), 400, "invalid-request")
                .body("errors", hasSize(20));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"channels\":[]}", "{\"channels\":null}", "{\"channels\":\"room:a\"}", "{\"channels\":{}}"})
    void channelsMustBeAListWithSomethingInIt(String body) {
        problem(narrowed(tokens.user(newUser()).sign(), body), 400, "invalid-request")
                .body("errors[0].field", equalTo("channels"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "\"x\"", "7"})
    void theBodyMustBeAnObject(String body) {
        problem(narrowed(tokens.user(newUser()).sign(), body), 400, "invalid-request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{} {}", "{\"channels\":[}", " ", "channels", "\u0000", "{'channels':[]}"})
    void theBodyMustBeJson(String body) {
        problem(narrowed(tokens.user(newUser()).sign(), body), 400, "malformed-json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/x+json"})
    void jsonMayBeDeclaredInEveryWay(String type) {
        with(tokens.user(newUser()).sign())
                .header("Content-Type", type)
                .body("{}".getBytes(StandardCharsets.UTF_8))
                .post(PATH)
                .then()
                .statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/jsonx", "nonsense", "*/*"})
    void aBodyOfAnotherTypeIsNotRead(String type) {
        problem(
                with(tokens.user(newUser()).sign())
                        .header("Content-Type", type)
                        .body("{}".getBytes(StandardCharsets.UTF_8))
                        .post(PATH)
                        .then(),
                415,
                "unsupported-media-type");
    }

    @Test
    void aFormIsNotRead() {
        problem(
                with(tokens.user(newUser()).sign())
                        .formParam("channels", "room:a")
                        .post(PATH)
                        .then(),
                415,
                "unsupported-media-type");
    }

    @Test
    void withoutABodyTheContentTypeDoesNotMatter() {
        with(tokens.user(newUser()).sign())
                .header("Content-Type", "application/json")
                .post(PATH)
                .then()
                .statusCode(200);
    }

    @Test
    void aBodyMayHaveSixtyFourKibibytes() {
        String body = "{\"x\":\"" + "a".repeat(65_536 - 8) + "\"}";
        assertThat(body).hasSize(65_536);
        narrowed(tokens.user(newUser()).sign(), body).statusCode(200);
    }

    private String ticket(String token) {
        return with(token).post(PATH).then().statusCode(200).extract().path("ticket");
    }
}
