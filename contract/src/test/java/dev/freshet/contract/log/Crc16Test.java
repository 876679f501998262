package dev.freshet.contract.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.ChannelKind;
import dev.freshet.testkit.RedisServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Crc16Test {

    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@-";
    private static final int REDIS_SLOTS = 16_384;

    @Test
    void itIsTheOneOfTheSpecification() {
        assertThat(Crc16.of("123456789")).isEqualTo(0x31C3);
        assertThat(Crc16.of("")).isZero();
    }

    @Test
    void itAgreesWithTheSlotsOfRedisCluster() throws Exception {
        List<String> channels = channels(3000);
        try (RedisServer redis = RedisServer.start("--cluster-enabled", "yes");
                Socket socket = new Socket("127.0.0.1", redis.port());
                BufferedReader answers =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String channel : channels) {
                socket.getOutputStream()
                        .write(("CLUSTER KEYSLOT " + channel + "\r\n").getBytes(StandardCharsets.US_ASCII));
                assertThat(answers.readLine()).isEqualTo(":" + Crc16.of(channel) % REDIS_SLOTS);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 7, 16, 32})
    void channelsSpreadEvenly(int count) {
        int total = 32_000;
        Partitions partitions = new Partitions(count);
        int[] held = new int[count];
        for (int i = 0; i < total; i++) {
            held[partitions.of(Channel.user("user-" + i))]++;
        }
        for (int one : held) {
            assertThat(one).isBetween(total / count * 8 / 10, total / count * 12 / 10);
        }
    }

    @Test
    void oneLogHasOnePartition() {
        assertThat(channels(100).stream().map(Channel::parse).map(new Partitions(1)::of))
                .containsOnly(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 33})
    void thereAreOneToThirtyTwoPartitions(int count) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Partitions(count));
    }

    private static List<String> channels(int count) {
        Random random = new Random(7);
        List<String> channels = new ArrayList<>();
        while (channels.size() < count) {
            ChannelKind kind = ChannelKind.values()[random.nextInt(4)];
            StringBuilder name = new StringBuilder();
            int length = 1 + random.nextInt(128);
            for (int i = 0; i < length; i++) {
                name.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
            }
            channels.add(new Channel(kind, name.toString()).toString());
        }
        return channels;
    }
}
