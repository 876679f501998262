package dev.freshet.service.redis;

import dev.freshet.contract.log.Crc16;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The slots of Redis Cluster. Other deployments know none, but the rule that one command touches one slot is checked
/// everywhere, so that what breaks it does not pass until it meets a cluster.
///
/// @see <a href="https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/">Redis Cluster
/// specification</a>
final class Slots {

    static final int COUNT = 16_384;

    private Slots() {}

    /// The slot of a key: by its hash tag, where it has one.
    static int of(String key) {
        return ofBytes(new String(key.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    /// The slot of a command's keys; 0 for one without keys, which any server can answer.
    ///
    /// @throws IllegalArgumentException if they are not in one slot
    static int of(List<byte[]> keys) {
        return one(keys.stream()
                .mapToInt(key -> ofBytes(new String(key, StandardCharsets.ISO_8859_1)))
                .toArray());
    }

    /// The slot of a script's keys.
    ///
    /// @throws IllegalArgumentException if they are not in one slot
    static int ofAll(List<String> keys) {
        return one(keys.stream().mapToInt(Slots::of).toArray());
    }

    private static int one(int[] slots) {
        for (int slot : slots) {
            if (slot != slots[0]) {
                throw new IllegalArgumentException("the keys of one command must be in one slot");
            }
        }
        return slots.length == 0 ? 0 : slots[0];
    }

    /// @param key each character one byte
    private static int ofBytes(String key) {
        int open = key.indexOf('{');
        int close = open < 0 ? -1 : key.indexOf('}', open + 1);
        return Crc16.of(close > open + 1 ? key.substring(open + 1, close) : key) % COUNT;
    }
}
