package dev.freshet.push.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.log.Keys;
import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `GET /api/documents/{id}`.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class DocumentSnapshotTest extends PushTest {

    private final String id = unique("spec");

    @Test
    void getDocumentAnswersItsContentAndVersion() {
        store("{\"a\":1.0}", "7");
        HttpResponse<String> answer = get(request(path(), ada()));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"content\":{\"a\":1.0},\"version\":7}");
        assertThat(answer.headers().firstValue("ETag")).contains("\"7\"");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("private, no-cache");
    }

    @Test
    void aMissingDocumentHasVersionZeroAndNullForContent() {
        HttpResponse<String> answer = get(request(path(), ada()));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"content\":null,\"version\":0}");
        assertThat(answer.headers().firstValue("ETag")).contains("\"0\"");
    }

    @Test
    void aVersionThatTheClientHasIsNotSentAgain() {
        store("\"x\"", "7");
        for (String tag : new String[] {"\"7\"", "W/\"7\"", "\"6\", \"7\"", "*"}) {
            HttpResponse<String> answer = get(request(path(), ada()).header("If-None-Match", tag));
            assertThat(answer.statusCode()).as(tag).isEqualTo(304);
            assertThat(answer.body()).isEmpty();
            assertThat(answer.headers().firstValue("ETag")).contains("\"7\"");
        }
        store("\"y\"", "8");
        assertThat(get(request(path(), ada()).header("If-None-Match", "\"7\"")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void headAnswersTheSameWithoutABody() {
        store("\"x\"", "7");
        HttpResponse<String> head = get(request(path(), ada()).method("HEAD", BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("ETag")).contains("\"7\"");
        assertThat(head.headers().firstValue("Content-Length")).contains("27");
    }

    @Test
    void onlyWhoMayFollowItMayReadIt() {
        assertThat(get(request(path())).statusCode()).isEqualTo(401);
        assertThat(get(request(path(), tokens.user("eve").publish("document:*")))
                        .statusCode())
                .isEqualTo(403);
        assertThat(get(request(path() + "?ticket=" + ticket("ada", "document:*")))
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> post = get(request(path(), ada()).POST(BodyPublishers.noBody()));
        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(post.headers().firstValue("Allow")).contains("GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%20b", "a:b", "*", "%C3%A4", "a%0d%0ab", "a%2Fb"})
    void idsOutsideTheGrammarAreRefused(String wrong) {
        HttpResponse<String> answer = get(request("/api/documents/" + wrong, ada()));
        assertThat(answer.statusCode()).isIn(400, 404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    private void store(String content, String version) {
        redis.cli("HSET", Keys.document(partition("document:" + id), id), "content", content, "version", version);
    }

    private String path() {
        return "/api/documents/" + id;
    }

    private Tokens.Builder ada() {
        return tokens.user("ada").channels("document:*");
    }
}
