package dev.freshet.systemtests.client;

import dev.freshet.systemtests.checker.Transcript;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One client with at most one connection. It comes back after every end, until it is told to stay away.
///
/// What it knows is confined to its event loop; the public methods may be called by any thread.
public abstract class Client {

    private static final int CONNECT_LIMIT_MS = 5_000;
    private static final int WATCH_MS = 250;

    final EventLoop loop;
    final Route route;
    final Transcript transcript;
    final Random random;

    private @Nullable Channel channel;
    private boolean wanted;
    private boolean waiting;
    private int receiveBuffer;
    private long silenceNanos;
    private long heardAt;
    private volatile boolean reading = true;
    private volatile boolean welcomed;
    private volatile boolean away = true;

    Client(EventLoop loop, Route route, Transcript transcript, Random random) {
        this.loop = loop;
        this.route = route;
        this.transcript = transcript;
        this.random = random;
    }

    public Transcript transcript() {
        return transcript;
    }

    public Route route() {
        return route;
    }

    /// Bytes that the system keeps for it unread; before [#start].
    public Client receiveBuffer(int bytes) {
        receiveBuffer = bytes;
        return this;
    }

    /// Takes the connection for dead after so long without a byte, as an SDK does that expects heartbeats; before
    /// [#start].
    public Client silenceLimit(Duration limit) {
        silenceNanos = limit.toNanos();
        return this;
    }

    /// Connects, and from now on comes back by itself.
    public void start() {
        away = false;
        loop.execute(() -> {
            if (!wanted) {
                wanted = true;
                connectSoon(0);
                if (silenceNanos > 0) {
                    watch();
                }
            }
        });
    }

    /// Ends the connection and stays away until [#start].
    public void stop() {
        away = true;
        if (loop.isShuttingDown()) {
            return;
        }
        loop.execute(() -> {
            wanted = false;
            welcomed = false;
            transcript.left();
            if (channel != null) {
                channel.close();
            }
        });
    }

    /// Breaks the connection; the client comes back by itself.
    public void breakConnection() {
        loop.execute(() -> {
            if (channel != null) {
                channel.close();
            }
        });
    }

    /// Reads nothing from the socket until [#read].
    public void stall() {
        reading = false;
        loop.execute(this::applyReading);
    }

    public void read() {
        reading = true;
        loop.execute(this::applyReading);
    }

    /// Whether its connection was greeted and has not ended.
    public boolean isConnected() {
        return welcomed;
    }

    /// Whether it was told to stay away, or gave up.
    public boolean isAway() {
        return away;
    }

    /// What the connection's handlers are; asked for each connection.
    abstract void initialize(Channel connection);

    /// Prepares a connection, then calls [#dial].
    void prepare() {
        dial();
    }

    final void dial() {
        if (!wanted) {
            return;
        }
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_LIMIT_MS)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.AUTO_READ, reading)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                        channel = connection;
                        initialize(connection);
                    }
                });
        if (receiveBuffer > 0) {
            bootstrap.option(ChannelOption.SO_RCVBUF, receiveBuffer);
        }
        heardAt = System.nanoTime();
        bootstrap.connect(route.next()).addListener(connected -> {
            if (!connected.isSuccess()) {
                ended(null);
            } else if (!wanted && channel != null) {
                channel.close();
            }
        });
    }

    final void heard() {
        heardAt = System.nanoTime();
    }

    final void greeted() {
        welcomed = true;
    }

    /// To be called when a connection ended or none came about.
    ///
    /// @param ended `null` if there was none
    final void ended(@Nullable Channel ended) {
        if (ended != null && ended != channel) {
            return;
        }
        channel = null;
        welcomed = false;
        if (wanted) {
            connectSoon(pauseMs());
        }
    }

    /// A refusal that no client of its kind survives.
    final void giveUp(String why) {
        away = true;
        wanted = false;
        transcript.violation(why);
    }

    /// Before it comes back.
    abstract int pauseMs();

    final void connectSoon(int delayMs) {
        if (!waiting) {
            waiting = true;
            loop.schedule(
                    () -> {
                        waiting = false;
                        if (wanted && channel == null) {
                            prepare();
                        }
                    },
                    delayMs,
                    TimeUnit.MILLISECONDS);
        }
    }

    private void applyReading() {
        if (channel != null) {
            channel.config().setAutoRead(reading);
        }
    }

    private void watch() {
        loop.schedule(
                () -> {
                    if (wanted) {
                        if (channel != null && System.nanoTime() - heardAt > silenceNanos) {
                            channel.close();
                        }
                        watch();
                    }
                },
                WATCH_MS,
                TimeUnit.MILLISECONDS);
    }
}
