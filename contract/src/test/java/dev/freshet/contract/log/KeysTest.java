package dev.freshet.contract.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KeysTest {

    @Test
    void keysOfAPartitionShareItsHashTag() {
        assertThat(List.of(
                        Keys.events(7),
                        Keys.rejected(7),
                        Keys.state(7),
                        Keys.lease(7),
                        Keys.document(7, "d"),
                        Keys.cursor(7, "d", "u"),
                        Keys.idempotency(7, "ab12")))
                .allMatch(key -> tag(key).equals("7"))
                .doesNotHaveDuplicates();
        assertThat(tag(Keys.events(0))).isEqualTo("0");
    }

    @Test
    void theOthersHaveNone() {
        assertThat(List.of(
                        Keys.ticket("ab12"),
                        Keys.rateLimit("ticket", "ada"),
                        Keys.revoked("ada"),
                        Keys.revocations(),
                        Keys.inbound("order")))
                .noneMatch(key -> key.contains("{"));
    }

    @Test
    void whatRemembersAnInboundMessageIsInTheSlotOfItsStream() {
        assertThat(tag(Keys.inboundIdempotency("order", "ab12"))).isEqualTo(Keys.inbound("order"));
    }

    @Test
    void theNamesAreThoseThatProducersAndOperatorsKnow() {
        assertThat(Keys.events(0)).isEqualTo("events:{0}");
        assertThat(Keys.rejected(0)).isEqualTo("events:{0}:rejected");
        assertThat(Keys.state(3)).isEqualTo("state:{3}");
        assertThat(Keys.lease(3)).isEqualTo("lease:{3}");
        assertThat(Keys.document(3, "spec")).isEqualTo("document:{3}:spec");
        assertThat(Keys.cursor(3, "spec", "ada")).isEqualTo("cursor:{3}:spec:ada");
        assertThat(Keys.idempotency(3, "ab12")).isEqualTo("idempotency:{3}:ab12");
        assertThat(Keys.ticket("ab12")).isEqualTo("ticket:ab12");
        assertThat(Keys.revoked("ada")).isEqualTo("revoked:ada");
        assertThat(Keys.revocations()).isEqualTo("revocations");
        assertThat(Keys.inbound("order")).isEqualTo("inbound:order");
        assertThat(Keys.rateLimit("ticket", "ada")).isEqualTo("ratelimit:ticket:ada");
    }

    private static String tag(String key) {
        return key.substring(key.indexOf('{') + 1, key.indexOf('}'));
    }
}
