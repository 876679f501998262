package dev.freshet.contract.log;

import dev.freshet.contract.Limits;
import dev.freshet.contract.channel.Channel;

/// Which partition of the log holds a channel: `CRC16(channel) mod count`.
///
/// Every service and every producer must agree on the count, or else events go where nobody looks for them; so it
/// stands in the log's state, and a service that disagrees refuses to start.
///
/// @param count 1 to [Limits#MAX_PARTITIONS]
public record Partitions(int count) {

    public Partitions {
        if (count < 1 || count > Limits.MAX_PARTITIONS) {
            throw new IllegalArgumentException("partitions must be 1 to " + Limits.MAX_PARTITIONS + ", not " + count);
        }
    }

    public int of(Channel channel) {
        return count == 1 ? 0 : Crc16.of(channel.toString()) % count;
    }
}
