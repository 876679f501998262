package dev.freshet.events.index;

import dev.freshet.contract.log.Entry;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A malformed entry in the form in which it is kept: `id`, `reason`, `detail`, then its own fields, cut.
///
/// Whoever may `XADD` may write fields of any size and number, and a script cannot take more than some thousand
/// arguments at once: without bounds one entry could stop the indexer for ever.
final class RejectedEntry {

    static final int MAX_VALUE_BYTES = 1024;
    static final int MAX_NAME_BYTES = 128;
    static final int MAX_FIELDS = 32;

    private RejectedEntry() {}

    /// Arguments of `XADD`, names and values in turn.
    static List<byte[]> arguments(String id, Entry.Malformed malformed, Response fields) {
        int count = Math.min(fields.size() / 2, MAX_FIELDS);
        List<byte[]> arguments = new ArrayList<>(6 + 2 * count);
        add(arguments, "id", id);
        add(arguments, "reason", malformed.reason().word());
        add(arguments, "detail", malformed.detail());
        for (int i = 0; i < count; i++) {
            arguments.add(cut(fields.get(2 * i).toBytes(), MAX_NAME_BYTES));
            arguments.add(cut(fields.get(2 * i + 1).toBytes(), MAX_VALUE_BYTES));
        }
        return arguments;
    }

    private static void add(List<byte[]> arguments, String name, String value) {
        arguments.add(name.getBytes(StandardCharsets.UTF_8));
        arguments.add(value.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] cut(byte[] value, int limit) {
        return value.length <= limit ? value : Arrays.copyOf(value, limit);
    }
}
