package dev.freshet.systemtests;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Forwards bytes, until it forgets its connections as a router does that lost its state: neither side hears anything
/// any more, not even an end. New connections work. It can also break, hold up and refuse. Safe for any thread.
final class SilentProxy implements AutoCloseable {

    /// Bytes; small, so that a sender soon notices that nobody takes its bytes. Each costs a turn of this loop, which
    /// on
    /// a busy machine is a narrow line.
    private static final int SMALL_BUFFER = 4 * 1024;

    private final NioEventLoopGroup loops = new NioEventLoopGroup(1);
    private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
    private final Channel listener;
    private volatile boolean refusing;

    private SilentProxy(int target, int buffer) {
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel front) {
                        if (refusing) {
                            front.close();
                        } else {
                            new Pair(front).connect(target, buffer);
                        }
                    }
                })
                .bind(new InetSocketAddress("127.0.0.1", 0))
                .syncUninterruptibly()
                .channel();
    }

    /// In front of this port of 127.0.0.1.
    static SilentProxy before(int port) {
        return before(port, SMALL_BUFFER);
    }

    /// @param buffer that the system keeps for it unread of what the server sends, bytes
    static SilentProxy before(int port, int buffer) {
        return new SilentProxy(port, buffer);
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /// Forgets all connections there are. Returns when nothing goes through them any more.
    ///
    /// @return how many
    int forget() {
        return loops.submit(() -> {
                    pairs.forEach(Pair::forget);
                    return pairs.size();
                })
                .syncUninterruptibly()
                .getNow();
    }

    /// Ends all connections there are. New ones work.
    void breakAll() {
        loops.submit(() -> pairs.forEach(Pair::end)).syncUninterruptibly();
    }

    /// Ends all connections there are, and each new one at once, until [#accept].
    void refuse() {
        refusing = true;
        breakAll();
    }

    void accept() {
        refusing = false;
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Pair {

        private final Channel front;
        private @Nullable Channel back;
        private volatile boolean forgotten;

        private Pair(Channel front) {
            this.front = front;
            pairs.add(this);
        }

        private void connect(int target, int buffer) {
            front.pipeline().addLast(new Forward(this));
            new Bootstrap()
                    .group(front.eventLoop())
                    .channel(NioSocketChannel.class)
                    .option(ChannelOption.AUTO_READ, false)
                    .option(ChannelOption.SO_RCVBUF, buffer)
                    .handler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel connection) {
                            back = connection;
                            connection.pipeline().addLast(new Forward(Pair.this));
                        }
                    })
                    .connect(new InetSocketAddress("127.0.0.1", target))
                    .addListener(connected -> {
                        if (connected.isSuccess() && !forgotten) {
                            setReading(true);
                        } else if (!connected.isSuccess()) {
                            front.close();
                        }
                    });
        }

        private void forget() {
            forgotten = true;
            setReading(false);
        }

        private void end() {
            front.close();
        }

        private void ended(Channel one) {
            pairs.remove(this);
            Channel other = other(one);
            if (other != null) {
                other.close();
            }
        }

        private void setReading(boolean reading) {
            front.config().setAutoRead(reading);
            if (back != null) {
                back.config().setAutoRead(reading);
            }
        }

        private @Nullable Channel other(Channel one) {
            return one == front ? back : front;
        }
    }

    private static final class Forward extends ChannelInboundHandlerAdapter {

        private final Pair pair;

        private Forward(Pair pair) {
            this.pair = pair;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            Channel other = pair.other(context.channel());
            if (other == null || pair.forgotten) {
                io.netty.util.ReferenceCountUtil.release(bytes);
            } else {
                other.writeAndFlush(bytes);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (!pair.forgotten) {
                pair.ended(context.channel());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
            context.close();
        }
    }
}
