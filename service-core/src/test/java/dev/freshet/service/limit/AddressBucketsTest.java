package dev.freshet.service.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AddressBucketsTest {

    @Test
    void eachAddressHasABucketAndANetworkOfIpv6HasOne() {
        AddressBuckets buckets = new AddressBuckets(new Rate(1, 1), 100);

        assertThat(buckets.take("10.0.0.1", 0)).isTrue();
        assertThat(buckets.take("10.0.0.1", 0)).isFalse();
        assertThat(buckets.hasToken("10.0.0.1", 0)).isFalse();
        assertThat(buckets.take("::ffff:10.0.0.1", 0)).isFalse();
        assertThat(buckets.take("10.0.0.2", 0)).isTrue();
        assertThat(buckets.take("2001:db8:1:2::1", 0)).isTrue();
        assertThat(buckets.take("2001:db8:1:2:ffff::2", 0)).isFalse();
        assertThat(buckets.take("2001:db8:1:3::1", 0)).isTrue();
        assertThat(buckets.take("10.0.0.1", 1_000_000_000)).isTrue();
    }

    @Test
    void whatIsNoAddressIsOne() {
        AddressBuckets buckets = new AddressBuckets(new Rate(1, 1), 100);

        assertThat(buckets.take(null, 0)).isTrue();
        for (String text : List.of("", "x", "10.0.0.1.5", "_hidden")) {
            assertThat(buckets.take(text, 0)).as(text).isFalse();
        }
    }

    /// Stops: a flood from ever new addresses that fills the memory.
    @Test
    void theTableIsBoundedAndForgetsWhoWasNotSeenForLongest() {
        AddressBuckets buckets = new AddressBuckets(new Rate(1, 1), 100);
        buckets.take("192.168.0.1", 0);
        for (int i = 0; i < 10_000; i++) {
            buckets.take("10.0." + i / 256 + "." + i % 256, 0);
            assertThat(buckets.take("192.168.0.1", 0)).isFalse();
        }

        assertThat(buckets.size()).isEqualTo(100);
    }
}
