package dev.freshet.service.limit;

import io.netty.util.NetUtil;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A token bucket per client address, of one process. Safe for any thread.
///
/// An IPv6 address counts as its /64 network, for whoever has one address has them all. The table is bounded: a
/// flood from more addresses than it holds makes it forget those that were not seen for longest, and takes no
/// more memory.
public final class AddressBuckets {

    private static final int IPV4_BYTES = 4;
    private static final int MAPPED_PREFIX_BYTES = 12;

    private final Rate rate;
    private final Map<Long, TokenBucket> buckets;

    /// @param most addresses that are remembered at a time
    public AddressBuckets(Rate rate, int most) {
        this.rate = rate;
        this.buckets = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, TokenBucket> eldest) {
                return size() > most;
            }
        };
    }

    /// Takes a token out of an address's bucket.
    ///
    /// @param address in text; what is no IP address counts as one and the same
    /// @param now of [System#nanoTime()]
    /// @return whether there was one
    public boolean take(@Nullable String address, long now) {
        if (rate.isOff()) {
            return true;
        }
        long network = network(address);
        synchronized (buckets) {
            return buckets.computeIfAbsent(network, first -> new TokenBucket(rate, now))
                    .take(now);
        }
    }

    /// Whether there is one.
    public boolean hasToken(@Nullable String address, long now) {
        if (rate.isOff()) {
            return true;
        }
        synchronized (buckets) {
            TokenBucket bucket = buckets.get(network(address));
            return bucket == null || bucket.hasToken(now);
        }
    }

    /// Addresses that are remembered.
    int size() {
        synchronized (buckets) {
            return buckets.size();
        }
    }

    /// An IPv4 address, mapped into IPv6 or not, as a positive number; of an IPv6 address the first 64 bits.
    static long network(@Nullable String address) {
        byte[] bytes = address == null ? null : NetUtil.createByteArrayFromIpAddressString(address);
        if (bytes == null) {
            return 0;
        }
        boolean mapped = bytes.length > IPV4_BYTES && isMapped(bytes);
        int from = mapped ? MAPPED_PREFIX_BYTES : 0;
        int length = mapped ? IPV4_BYTES : Math.min(bytes.length, Long.BYTES);
        long network = 0;
        for (int i = from; i < from + length; i++) {
            network = network << 8 | bytes[i] & 0xff;
        }
        return network;
    }

    /// RFC 4291, section 2.5.5.2: ten zero bytes, and two of ones.
    private static boolean isMapped(byte[] bytes) {
        for (int i = 0; i < MAPPED_PREFIX_BYTES; i++) {
            if (bytes[i] != (i < 10 ? 0 : (byte) 0xff)) {
                return false;
            }
        }
        return true;
    }
}
