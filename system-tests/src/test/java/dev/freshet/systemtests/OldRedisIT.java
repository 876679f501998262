package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A service beside a Redis whose scripts it cannot use must say so and end, instead of answering errors.
@Tag("calm")
final class OldRedisIT {

    /// From its first words: how long a JVM takes to say them is the machine's affair.
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Test
    void everyServiceRefusesARedisOlderThanSevenAndNamesIt() throws Exception {
        try (Deployment deployment = Deployment.withoutServices("old-redis", 1);
                Older redis = new Older(deployment.redis().port(), version(deployment))) {
            List<Replica> all = Stream.of(Service.values())
                    .map(service -> deployment.launch(
                            service, 1, Map.of("QUARKUS_REDIS_HOSTS", "redis://127.0.0.1:" + redis.port())))
                    .toList();
            for (Replica replica : all) {
                replica.child().awaitFirstWords();
                assertThat(replica.child().awaitExit(LIMIT)).isNotZero();
                assertThat(replica.child().logLines())
                        .as(replica.child().name())
                        .filteredOn(line -> line.contains("FATAL"))
                        .singleElement()
                        .asString()
                        .endsWith("Cannot start: Redis " + redis.claimed() + " is too old, Freshet needs 7 or newer.");
                assertThat(replica.child().logLines()).noneMatch(line -> line.contains("Exception"));
            }
        }
    }

    private static String version(Deployment deployment) {
        return deployment
                .redis()
                .cli("INFO", "server")
                .lines()
                .filter(line -> line.startsWith("redis_version:"))
                .map(line -> line.substring("redis_version:".length()).strip())
                .findFirst()
                .orElseThrow();
    }

    /// Stands before a Redis and says of it that it is a 6, wherever it tells its version. In as many characters,
    /// for an answer begins with their number.
    private static final class Older implements AutoCloseable {

        private final ServerSocket listener;
        private final int target;
        private final String version;
        private final Set<Socket> open = ConcurrentHashMap.newKeySet();

        Older(int target, String version) throws IOException {
            this.target = target;
            this.version = version;
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(this::accept);
        }

        int port() {
            return listener.getLocalPort();
        }

        String claimed() {
            int major = version.indexOf('.');
            return "0".repeat(major - 1) + "6" + version.substring(major);
        }

        private void accept() {
            try {
                while (true) {
                    Socket front = listener.accept();
                    Socket back = new Socket(InetAddress.getLoopbackAddress(), target);
                    open.addAll(List.of(front, back));
                    Thread.ofVirtual().start(() -> forward(front, back, version, version));
                    Thread.ofVirtual().start(() -> forward(back, front, version, claimed()));
                }
            } catch (IOException closed) {
                // So does the test.
            }
        }

        /// An answer with a version is small, and comes in one piece.
        private static void forward(Socket from, Socket to, String said, String instead) {
            byte[] bytes = new byte[64 * 1024];
            try (from;
                    to;
                    InputStream in = from.getInputStream();
                    OutputStream out = to.getOutputStream()) {
                for (int count = in.read(bytes); count > 0; count = in.read(bytes)) {
                    out.write(new String(bytes, 0, count, StandardCharsets.ISO_8859_1)
                            .replace(said, instead)
                            .getBytes(StandardCharsets.ISO_8859_1));
                }
            } catch (IOException ended) {
                // By one of the two.
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        }
    }
}
