package dev.freshet.service.redis;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// A Lua script and the name by which Redis remembers it.
///
/// @param source what `EVAL` takes
/// @param sha1 what `EVALSHA` takes
public record Script(String source, String sha1) {

    public static Script of(String source) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(source.getBytes(StandardCharsets.UTF_8));
            return new Script(source, HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    /// A command that runs it, where Redis knows it already.
    public Request byName(List<String> keys, List<?> arguments) {
        return request(Command.EVALSHA, sha1, keys, arguments);
    }

    /// A command that runs it and makes it known.
    public Request bySource(List<String> keys, List<?> arguments) {
        return request(Command.EVAL, source, keys, arguments);
    }

    private static Request request(Command command, String script, List<String> keys, List<?> arguments) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        keys.forEach(request::arg);
        for (Object argument : arguments) {
            if (argument instanceof byte[] bytes) {
                request.arg(bytes);
            } else {
                request.arg(String.valueOf(argument));
            }
        }
        return request;
    }
}
