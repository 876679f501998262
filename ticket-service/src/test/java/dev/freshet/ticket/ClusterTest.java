package dev.freshet.ticket;

import static dev.freshet.ticket.Api.PATH;
import static dev.freshet.ticket.Api.newUser;
import static dev.freshet.ticket.Api.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.log.Keys;
import dev.freshet.contract.ticket.Ticket;
import dev.freshet.contract.ticket.TicketRecord;
import dev.freshet.testkit.RedisCluster;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.ReplicatedRedisResource;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(ReplicatedRedisResource.class)
@SuppressWarnings("NullAway.Init") // the test resource fills the fields
class ClusterTest {

    RedisCluster redis;
    Tokens tokens;

    @Test
    void ticketsAndRateLimitsSpreadOverTheCluster() {
        Set<RedisServer> holders = new HashSet<>();
        for (int i = 0; i < 30; i++) {
            String user = newUser();
            String ticket = with(tokens.user(user).sign())
                    .post(PATH)
                    .then()
                    .statusCode(200)
                    .extract()
                    .path("ticket");
            String key = Keys.ticket(new Ticket(ticket).hash());
            RedisServer holder = redis.primaryOf(key);
            assertThat(TicketRecord.parse(holder.cli("GET", key)).userId()).isEqualTo(user);
            holders.add(holder);
        }
        assertThat(holders).hasSize(3);

        // All at once, faster than the bucket fills.
        String greedy = tokens.user(newUser()).sign();
        List<CompletableFuture<Integer>> many = IntStream.range(0, 40)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> with(greedy).post(PATH).statusCode(),
                        command -> Thread.ofVirtual().start(command)))
                .toList();
        assertThat(many.stream().map(CompletableFuture::join)).containsOnly(200, 429);
    }
}
