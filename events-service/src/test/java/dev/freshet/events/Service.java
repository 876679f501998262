package dev.freshet.events;

import static io.restassured.RestAssured.given;

import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.specification.RequestSpecification;

/// What the tests of this service ask it and its Redis.
public final class Service {

    private static final RestAssuredConfig AS_GIVEN = RestAssuredConfig.config()
            .encoderConfig(EncoderConfig.encoderConfig()
                    .appendDefaultContentCharsetToContentTypeIfUndefined(false)
                    .defaultContentCharset("UTF-8"));

    private final RedisServer redis;
    private final Tokens tokens;

    public Service(RedisServer redis, Tokens tokens) {
        this.redis = redis;
        this.tokens = tokens;
    }

    /// A request without any credentials.
    public static RequestSpecification anonymous() {
        return given().config(AS_GIVEN);
    }

    public static RequestSpecification with(String token) {
        return anonymous().header("Authorization", "Bearer " + token);
    }

    /// Somebody who may publish to the users 42 and 43, to all broadcasts, and to rooms that begin with `team-`.
    public RequestSpecification publisher() {
        return with(publisherToken());
    }

    public String publisherToken() {
        return tokens.user("shop")
                .publish("user:42", "user:43", "broadcast:*", "room:team-*")
                .sign();
    }

    public RequestSpecification json(String body) {
        return publisher().contentType("application/json").body(body);
    }

    /// Entries that ever came to a partition.
    public int entries(int partition) {
        return Integer.parseInt(redis.cli("XLEN", "events:{" + partition + "}"));
    }

    /// The fields of the newest entry of partition 0, one per line.
    public String newest() {
        return redis.cli("XREVRANGE", "events:{0}", "+", "-", "COUNT", "1");
    }
}
