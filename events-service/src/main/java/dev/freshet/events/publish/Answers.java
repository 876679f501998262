package dev.freshet.events.publish;

import dev.freshet.contract.json.JsonBytes;
import dev.freshet.contract.problem.Problem;
import dev.freshet.contract.problem.ProblemType;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;

/// Answers to publishing.
final class Answers {

    private Answers() {}

    static Response accepted(Result.Accepted result, String path) {
        JsonBytes json = new JsonBytes();
        result.write(json, path);
        return answer(202, MediaType.APPLICATION_JSON, json);
    }

    /// 202 with one result per element, or a 400 with the same results if none was accepted.
    static Response batch(List<Result> results, String path) {
        JsonBytes json = new JsonBytes(64 * results.size());
        if (results.stream().anyMatch(Result.Accepted.class::isInstance)) {
            json.beginObject();
            write(results, json, path);
            json.endObject();
            return answer(202, MediaType.APPLICATION_JSON, json);
        }
        Problem.of(ProblemType.INVALID_REQUEST, "No element was accepted.")
                .write(json, path, members -> write(results, members, path));
        return answer(400, Problem.MEDIA_TYPE, json);
    }

    private static void write(List<Result> results, JsonBytes json, String path) {
        json.key("results").beginArray();
        results.forEach(result -> result.write(json, path));
        json.endArray();
    }

    private static Response answer(int status, String mediaType, JsonBytes json) {
        return Response.status(status)
                .header("Content-Type", mediaType)
                .header("Cache-Control", "no-store")
                .entity(json.toBytes())
                .build();
    }
}
