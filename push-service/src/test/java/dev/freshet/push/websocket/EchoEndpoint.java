package dev.freshet.push.websocket;

import dev.freshet.contract.message.CloseCode;
import dev.freshet.push.wire.Sockets;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.quarkus.arc.properties.IfBuildProperty;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.NullUnmarked;

/// Says back what it hears, on the server that `/ws` has, with that server's limits. Exists in [AutobahnTest]
/// only.
@NullUnmarked // the check puts the transport there first
@WebSocket(path = EchoEndpoint.PATH)
@IfBuildProperty(name = EchoEndpoint.PROPERTY, stringValue = "true")
class EchoEndpoint {

    static final String PATH = "/echo";
    static final String PROPERTY = "freshet.test.echo";

    private static final TypedKey<HttpConnection> TRANSPORT = new TypedKey<>("freshet.test.transport");

    /// Connections that ended though the server did nothing to end them, by the `Sec-WebSocket-Key` of their
    /// handshakes.
    @ApplicationScoped
    @IfBuildProperty(name = EchoEndpoint.PROPERTY, stringValue = "true")
    static class Ended {

        private final Set<String> byClient = ConcurrentHashMap.newKeySet();

        boolean byClient(String key) {
            return byClient.contains(key);
        }

        /// What closes a connection from this side passes its pipeline; the client's end of it does not.
        void watch(HttpConnection connection, String key) {
            ((ConnectionBase) connection).channel().pipeline().addFirst(new ChannelDuplexHandler() {

                private boolean isClosed;

                @Override
                public void close(ChannelHandlerContext context, ChannelPromise promise) throws Exception {
                    isClosed = true;
                    super.close(context, promise);
                }

                @Override
                public void channelInactive(ChannelHandlerContext context) throws Exception {
                    if (!isClosed) {
                        byClient.add(key);
                    }
                    super.channelInactive(context);
                }
            });
        }
    }

    @ApplicationScoped
    @IfBuildProperty(name = EchoEndpoint.PROPERTY, stringValue = "true")
    static class Transport implements HttpUpgradeCheck {

        private final Ended ended;

        Transport(Ended ended) {
            this.ended = ended;
        }

        @Override
        public boolean appliesTo(String endpointId) {
            return endpointId.equals(EchoEndpoint.class.getName());
        }

        @Override
        public Uni<CheckResult> perform(HttpUpgradeContext context) {
            HttpConnection connection = context.httpRequest().connection();
            context.userData().put(TRANSPORT, connection);
            ended.watch(connection, context.httpRequest().getHeader("Sec-WebSocket-Key"));
            return CheckResult.permitUpgrade();
        }
    }

    @OnOpen
    Uni<Void> opened(WebSocketConnection connection) {
        Sockets.watchFrames(
                connection.userData().get(TRANSPORT),
                () -> connection
                        .close(new CloseReason(CloseCode.NOT_UTF8.code(), CloseCode.NOT_UTF8.reason()))
                        .subscribe()
                        .with(closed -> {}, failure -> {}),
                () -> {});
        return Uni.createFrom().voidItem();
    }

    @OnTextMessage
    String text(String message) {
        return message;
    }

    @OnBinaryMessage
    Buffer binary(Buffer message) {
        return message;
    }
}
