package dev.freshet.ticket;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import dev.freshet.contract.log.Keys;
import dev.freshet.contract.ticket.Ticket;
import dev.freshet.contract.ticket.TicketRecord;
import dev.freshet.testkit.RedisServer;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.UUID;
import org.hamcrest.Matcher;
import org.hamcrest.Matchers;

/// What the tests of the endpoint have in common.
final class Api {

    static final String PATH = "/api/ws/ticket";

    private Api() {}

    /// Nobody took a ticket in this name before.
    static String newUser() {
        return "u-" + UUID.randomUUID();
    }

    static RequestSpecification with(String token) {
        return given().header("Authorization", "Bearer " + token);
    }

    static ValidatableResponse narrowed(String token, String body) {
        return with(token)
                .header("Content-Type", "application/json")
                .body(body)
                .post(PATH)
                .then();
    }

    static TicketRecord stored(RedisServer redis, String ticket) {
        return TicketRecord.parse(redis.cli("GET", Keys.ticket(new Ticket(ticket).hash())));
    }

    /// Checks that an answer is a problem, and says nothing of the inside.
    static ValidatableResponse problem(ValidatableResponse response, int status, String slug) {
        return response.statusCode(status)
                .contentType("application/problem+json")
                .header("Cache-Control", "no-store")
                .body("type", equalTo("https://freshet.dev/problems/" + slug))
                .body("status", equalTo(status))
                .body("title", not(Matchers.emptyString()))
                .body("instance", Matchers.startsWith("/"))
                .body(tellsNothing());
    }

    static Matcher<String> tellsNothing() {
        return not(Matchers.matchesRegex("(?is).*(exception|\\bat [a-z]+\\.|dev\\.freshet\\.[a-z]|io\\.(quarkus|vertx|"
                + "smallrye|netty)|java\\.|resteasy|Details:).*"));
    }
}
