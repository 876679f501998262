package dev.freshet.push.lifecycle;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import sun.misc.Signal;

/// SIGTERM and SIGINT drain this pod, then the process exits with 0. A second one of either ends it at once.
///
/// The signals are taken from the JVM (from the image, in a native one), for its own way begins with the shutdown: no
/// hook of it can leave the service whole for as long as a drain takes, a second signal is not heard any more, and
/// the exit code is 143. Quarkus's `quarkus.shutdown.delay` is part of that way.
@Singleton
final class Signals {

    private static final Logger LOG = Logger.getLogger(Signals.class);

    /// A process that a signal ends has this plus the signal's number as its exit code.
    private static final int SIGNALLED = 128;

    private final Drain drain;
    private final AtomicBoolean came = new AtomicBoolean();

    Signals(Drain drain) {
        this.drain = drain;
    }

    void start(@Observes StartupEvent event, LaunchMode mode) {
        // Tests and Quarkus's dev mode live in a process that is not ours.
        if (mode == LaunchMode.NORMAL) {
            Signal.handle(new Signal("TERM"), this::received);
            Signal.handle(new Signal("INT"), this::received);
        }
    }

    private void received(Signal signal) {
        if (came.compareAndSet(false, true)) {
            drain.begin().onComplete(over -> Quarkus.asyncExit(0));
        } else {
            LOG.warnf("SIG%s for the second time: ending at once.", signal.getName());
            Runtime.getRuntime().halt(SIGNALLED + signal.getNumber());
        }
    }
}
