package dev.freshet.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// Against a PULL socket of ZMTP 3.0, byte by byte (https://rfc.zeromq.org/spec/23/).
final class ZeroMqPublisherTest {

    private static final byte[] PULL_READY =
            "\4\32\5READY\13Socket-Type\0\0\0\4PULL".getBytes(StandardCharsets.ISO_8859_1);

    @Test
    void afterTheHandshakeEachEventIsAMessageOfOneFrame() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> received = CompletableFuture.supplyAsync(() -> receive(server));
            try (ZeroMqPublisher publisher =
                    ZeroMqPublisher.connect(address(server), number -> "J" + number + Event.payload())) {
                publisher.publish(7, 1);
                publisher.publish(7, 2);
                publisher.flush();
            }

            String first = "J7" + Event.payload().replace("#000000000000", "#000000000001");
            assertThat(received.get()).isEqualTo(first + "\n" + first.replace("#000000000001", "#000000000002") + "\n");
        }
    }

    @Test
    void aServerThatSpeaksAnotherProtocolIsRefused() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\n".repeat(10).getBytes(StandardCharsets.US_ASCII));
                    // Until the client closes, which it does with bytes unread.
                    while (socket.getInputStream().read() >= 0) {}
                } catch (IOException reset) {
                    // That is a reset.
                }
            });

            assertThatThrownBy(() -> ZeroMqPublisher.connect(address(server), number -> ""))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("not a ZeroMQ server");
            answered.get();
        }
    }

    private static InetSocketAddress address(ServerSocket server) {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    /// @return the messages, each with a line break
    private static String receive(ServerSocket server) {
        try (Socket socket = server.accept()) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] greeting = in.readNBytes(64);
            assertThat(greeting[0]).isEqualTo((byte) 0xFF);
            assertThat(greeting[9]).isEqualTo((byte) 0x7F);
            assertThat(greeting[10]).as("major version").isEqualTo((byte) 3);
            assertThat(new String(greeting, 12, 20, StandardCharsets.US_ASCII)).isEqualTo("NULL" + "\0".repeat(16));
            // The peer's is the same, for nothing in it is the client's.
            socket.getOutputStream().write(greeting);
            socket.getOutputStream().write(PULL_READY);
            byte[] ready = in.readNBytes(PULL_READY.length);
            assertThat(new String(ready, StandardCharsets.ISO_8859_1))
                    .isEqualTo(new String(PULL_READY, StandardCharsets.ISO_8859_1).replace("PULL", "PUSH"));
            StringBuilder messages = new StringBuilder();
            for (int flags = in.read(); flags >= 0; flags = in.read()) {
                assertThat(flags)
                        .as("the only frame, its length in eight bytes")
                        .isEqualTo(2);
                messages.append(new String(in.readNBytes((int) in.readLong()), StandardCharsets.UTF_8))
                        .append('\n');
            }
            return messages.toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
