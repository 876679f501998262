package dev.freshet.push.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.freshet.push.config.PushConfig;
import dev.freshet.testkit.RawConnection;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.UnixChannel;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.PfxOptions;
import io.vertx.core.net.impl.ConnectionBase;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whichever way a connection's bytes go, its client gets the same: all of them, once, in order, also when it
/// stops reading for a while.
class WireTest {

    /// A way to the socket.
    enum Way {
        PAST_NETTY(true, true),
        PAST_THE_ENCODER(true, false),
        THROUGH_THE_RESPONSE(false, true);

        private final boolean direct;
        private final boolean epoll;

        Way(boolean direct, boolean epoll) {
            this.direct = direct;
            this.epoll = epoll;
        }
    }

    private static final int MESSAGES = 3_000;

    /// Of the sockets: smaller than what is written, but not so small that TCP itself is slow with it.
    private static final int BUFFER = 128 * 1024;

    private static final int LIMIT = 64 * 1024;

    /// Bytes of a message.
    private static final int LONGEST = 70_000;

    /// As where Netty may not use Unsafe.
    private static final ByteBufAllocator WITHOUT_ADDRESSES = new AbstractByteBufAllocator(true) {
        @Override
        protected ByteBuf newHeapBuffer(int capacity, int maxCapacity) {
            return new UnpooledHeapByteBuf(this, capacity, maxCapacity);
        }

        @Override
        protected ByteBuf newDirectBuffer(int capacity, int maxCapacity) {
            return new UnpooledDirectByteBuf(this, capacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    };

    private static final FrameWire OTHERWISE = (FrameWire) Proxy.newProxyInstance(
            WireTest.class.getClassLoader(), new Class<?>[] {FrameWire.class}, (proxy, method, arguments) -> {
                throw new AssertionError("the other way");
            });

    private final Random random = new Random(20_261_124);
    private Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        vertx.close();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aChunkedStreamHasAllMessagesInOrder(Way way) throws Exception {
        Writer writer = new Writer(way);
        int port = serve(way, request -> {
            request.response().setChunked(true).write("first;");
            writer.begin(request, "first;");
        });

        try (RawConnection client = RawConnection.to(port, BUFFER)) {
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            client.readHead();
            writer.awaitStop();
            assertComplete(chunks(client), writer);
            assertThat(client.readToEnd())
                    .as("with the stream the connection ends")
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aStreamNoticesThatItsClientGoesAndNotWhatItSays(Way way) throws Exception {
        CompletableFuture<Runnable> second = new CompletableFuture<>();
        CompletableFuture<@Nullable Void> gone = new CompletableFuture<>();
        int port = serve(way, request -> {
            request.response().setChunked(true).write("first;");
            EventLoop loop = ((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop();
            StreamWire wire = wires(way).ofStream(request, new Flusher(loop::execute), () -> gone.complete(null));
            second.complete(() -> loop.execute(() -> wire.write("second;".getBytes(ISO_8859_1))));
        });
        RawConnection client = RawConnection.to(port, BUFFER);
        try (client) {
            // The second one is there before the first is answered.
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n");
            client.readHead();
            assertThat(client.readThrough("first;\r\n")).isEqualTo("6\r\nfirst;\r\n");
            client.send("GET /third HTTP/1.1\r\nHost: x\r\n\r\n" + "x".repeat(100_000));
            second.get(20, TimeUnit.SECONDS).run();
            assertThat(client.readThrough("second;\r\n")).isEqualTo("7\r\nsecond;\r\n");
            assertThat(gone).isNotDone();
        }
        gone.get(20, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aStreamIsCutAlsoWhenItsClientTakesNothing(Way way) throws Exception {
        CompletableFuture<@Nullable Void> gone = new CompletableFuture<>();
        int port = serve(way, request -> {
            request.response().setChunked(true).write("first;");
            EventLoop loop = ((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop();
            StreamWire wire = wires(way).ofStream(request, new Flusher(loop::execute), () -> gone.complete(null));
            vertx.setPeriodic(1, timer -> {
                wire.write(new byte[BUFFER]);
                if (!wire.isWritable() && wire.pending() > 20L * BUFFER) {
                    vertx.cancelTimer(timer);
                    wire.cut();
                }
            });
        });
        try (RawConnection client = RawConnection.to(port, BUFFER)) {
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            gone.get(20, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aStreamOfHttp10HasAllMessagesInOrder(Way way) throws Exception {
        Writer writer = new Writer(way);
        int port = serve(way, request -> {
            request.response().putHeader("Connection", "close").write("first;");
            request.response().endHandler(ended -> request.connection().close());
            writer.begin(request, "first;");
        });

        try (RawConnection client = RawConnection.to(port, BUFFER)) {
            client.send("GET / HTTP/1.0\r\n\r\n");
            client.readHead();
            writer.awaitStop();
            assertComplete(client.readToEnd(), writer);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Way.class, names = "PAST.*", mode = EnumSource.Mode.MATCH_ALL)
    void aWebSocketHasAllMessagesInOrderAmongItsOtherFrames(Way way) throws Exception {
        Writer writer = new Writer(way);
        CompletableFuture<FrameWire> found = new CompletableFuture<>();
        int port = serve(
                way,
                request -> request.toWebSocket().onSuccess(socket -> {
                    FrameWire wire = wires(way).ofWebSocket(request.connection(), writer.flusher(), LIMIT, OTHERWISE);
                    found.complete(wire);
                    Runnable other = () -> {
                        socket.writePing(Buffer.buffer("ping"));
                        wire.ping();
                    };
                    writer.begin(wire, other, socket::close);
                }));

        try (RawConnection client = RawConnection.to(port, BUFFER)) {
            client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            client.readHead();
            writer.awaitStop();
            List<String> pings = new ArrayList<>();
            assertComplete(frames(client, pings), writer);
            assertThat(pings).as("Vert.x's and our own").contains("ping", "").hasSizeGreaterThan(100);
        }
        assertThat(found.join()).isInstanceOf(SocketWire.class);
    }

    /// What is wrapped once more must not be passed by.
    enum Layer {
        TLS,
        HTTP_2,
        HTTP_2_IN_TLS
    }

    @ParameterizedTest
    @EnumSource(Layer.class)
    void aStreamInTlsOrHttp2HasAllMessagesInOrder(Layer layer, @TempDir Path folder) throws Exception {
        boolean tls = layer != Layer.HTTP_2;
        HttpVersion version = layer == Layer.TLS ? HttpVersion.HTTP_1_1 : HttpVersion.HTTP_2;
        Writer writer = new Writer(Way.THROUGH_THE_RESPONSE);
        HttpServerOptions options = new HttpServerOptions().setSsl(tls).setUseAlpn(tls);
        if (tls) {
            options.setKeyCertOptions(certificate(folder.resolve("key.p12")));
        }
        int port = serve(Way.PAST_NETTY, options, request -> {
            assertThat(request.version()).isEqualTo(version);
            request.response().setChunked(version == HttpVersion.HTTP_1_1).write("first;");
            // With the setting of the fast way: it is the connection that does not allow it.
            writer.begin(Way.PAST_NETTY, request, "first;", ResponseStream.class);
        });
        HttpClient client = vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(version)
                .setHttp2ClearTextUpgrade(false)
                .setSsl(tls)
                .setUseAlpn(tls)
                .setTrustAll(true)
                .setVerifyHost(false));

        Buffer body = client.request(HttpMethod.GET, port, "127.0.0.1", "/")
                .compose(request -> request.send())
                .compose(response -> response.body())
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);

        assertComplete(body.toString(ISO_8859_1), writer);
    }

    private static PfxOptions certificate(Path file) throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), ISO_8859_1);
        assertThat(keytool.waitFor()).as(said).isZero();
        return new PfxOptions().setPath(file.toString()).setPassword("changeit");
    }

    /// Writes messages of all sizes, alone and shared, and waits when the socket does not keep up.
    private final class Writer {

        private final Way way;
        private final StringBuilder expected = new StringBuilder();
        private final CompletableFuture<String> done = new CompletableFuture<>();
        private final CompletableFuture<@Nullable Void> stopped = new CompletableFuture<>();
        private int left = MESSAGES;
        private Consumer<Runnable> later = task -> fail("not begun");
        private Flusher flusher = new Flusher(later);

        Writer(Way way) {
            this.way = way;
        }

        Flusher flusher() {
            flusher = new Flusher(later());
            return flusher;
        }

        void begin(HttpServerRequest request, String written) {
            begin(way, request, written, way.direct ? SocketWire.class : ResponseStream.class);
            assertThat(((ConnectionBase) request.connection()).channel() instanceof UnixChannel)
                    .isEqualTo(way.epoll);
        }

        void begin(Way setting, HttpServerRequest request, String written, Class<? extends Wire> found) {
            expected.append(written);
            StreamWire wire = wires(setting).ofStream(request, flusher(), () -> {});
            assertThat(wire).isInstanceOf(found);
            begin(wire, () -> {}, () -> wire.end(new byte[0]));
        }

        void begin(Wire wire, Runnable other, Runnable end) {
            later = later();
            later.accept(() -> step(wire, other, end));
        }

        /// On this event loop. Vert.x would take any other for who comes from a task of Netty, as a drained wire
        /// does.
        private Consumer<Runnable> later() {
            return ((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop()::execute;
        }

        private void step(Wire wire, Runnable other, Runnable end) {
            try {
                while (left > 0) {
                    if (!wire.isWritable()) {
                        // No more waits than the limit and the last write. Through a response it may be nothing:
                        // Netty tells of a write before it tells that there is room again.
                        long least = wire instanceof ResponseStream ? 0 : 1;
                        assertThat(wire.pending()).isBetween(least, LIMIT + 3L * LONGEST);
                        stopped.complete(null);
                        boolean[] within = {true};
                        wire.onceDrained(() -> {
                            assertThat(within[0]).isFalse();
                            step(wire, other, end);
                        });
                        within[0] = false;
                        return;
                    }
                    some(wire);
                    if (random.nextInt(8) == 0) {
                        other.run();
                    }
                    if (random.nextInt(4) == 0) {
                        flusher.flush();
                    }
                    if (random.nextInt(4) == 0) {
                        later.accept(() -> step(wire, other, end));
                        return;
                    }
                }
                end.run();
                done.complete(expected.toString());
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
                // So that its client need not wait for what does not come.
                end.run();
            }
        }

        private void some(Wire wire) {
            if (random.nextBoolean()) {
                wire.write(next());
                return;
            }
            List<byte[]> messages = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                messages.add(next());
            }
            Shared shared =
                    new Shared(random.nextInt(4) == 0 ? WITHOUT_ADDRESSES : PooledByteBufAllocator.DEFAULT, messages);
            assertThat(wire.offer(shared)).isTrue();
            shared.release();
        }

        private byte[] next() {
            int[] sizes = {8, 125, 126, 127, 150, 150, 150, 1000, 4096, random.nextInt(20) == 0 ? LONGEST : 200};
            StringBuilder text = new StringBuilder("m" + left-- + ":");
            int size = sizes[random.nextInt(sizes.length)];
            while (text.length() < size - 1) {
                text.append((char) ('a' + text.length() % 26));
            }
            text.append(';');
            expected.append(text);
            return text.toString().getBytes(ISO_8859_1);
        }

        String expected() throws Exception {
            return done.get(20, TimeUnit.SECONDS);
        }

        /// So long nobody reads.
        void awaitStop() throws Exception {
            stopped.get(20, TimeUnit.SECONDS);
        }
    }

    /// Megabytes are no message for who looks for the mistake.
    private static void assertComplete(String actual, Writer writer) throws Exception {
        String expected = writer.expected();
        int same = 0;
        while (same < Math.min(expected.length(), actual.length()) && expected.charAt(same) == actual.charAt(same)) {
            same++;
        }
        assertThat(same).as("up to where it is right").isEqualTo(expected.length());
        assertThat(actual).hasSameSizeAs(expected);
    }

    private int serve(Way way, Handler<HttpServerRequest> handler) throws Exception {
        return serve(way, new HttpServerOptions(), handler);
    }

    private int serve(Way way, HttpServerOptions options, Handler<HttpServerRequest> handler) throws Exception {
        if (way.epoll) {
            assertThat(Epoll.isAvailable()).isTrue();
        }
        vertx.close();
        vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(way.epoll));
        // As push-service has them.
        options.setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setSendBufferSize(BUFFER);
        return vertx.createHttpServer(options)
                .requestHandler(request -> {
                    request.response().setWriteQueueMaxSize(LIMIT);
                    try {
                        handler.handle(request);
                    } catch (RuntimeException | AssertionError broken) {
                        broken.printStackTrace();
                        request.connection().close();
                    }
                })
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .actualPort();
    }

    private static Wires wires(Way way) {
        return new Wires(new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(PushConfig.class)
                .withDefaultValue("freshet.push.direct-writes", Boolean.toString(way.direct))
                .build()
                .getConfigMapping(PushConfig.class));
    }

    /// The data of a chunked body.
    private static String chunks(RawConnection client) {
        StringBuilder data = new StringBuilder();
        while (true) {
            int length = Integer.parseInt(client.readThrough("\r\n").strip(), 16);
            data.append(client.read(length));
            assertThat(client.read(2)).isEqualTo("\r\n");
            if (length == 0) {
                return data.toString();
            }
        }
    }

    /// The text of all text frames until the close frame.
    ///
    /// @param pings where the payloads of ping frames go
    private static String frames(RawConnection client, List<String> pings) {
        StringBuilder data = new StringBuilder();
        while (true) {
            int opcode = client.read(1).charAt(0);
            int length = client.read(1).charAt(0);
            assertThat(length).as("no mask").isLessThan(128);
            if (length > 125) {
                length = number(client.read(length == 126 ? 2 : 8));
            }
            String payload = client.read(length);
            switch (opcode) {
                case 0x81 -> data.append(payload);
                case 0x89 -> pings.add(payload);
                case 0x88 -> {
                    return data.toString();
                }
                default -> fail("opcode " + opcode);
            }
        }
    }

    private static int number(String bytes) {
        return bytes.chars().reduce(0, (number, next) -> number << 8 | next);
    }
}
