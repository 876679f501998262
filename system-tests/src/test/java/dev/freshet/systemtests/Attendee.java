package dev.freshet.systemtests;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// Somebody in a room, over SSE at a push replica of its choice, who comes back when the connection ends, at the
/// next replica, until he stays away.
final class Attendee implements AutoCloseable {

    private static final int MIN_PAUSE_MS = 200;
    private static final int MAX_PAUSE_MS = 1_500;

    private final String user;
    private final List<Replica> replicas;
    private final String path;
    private final Rest rest;
    private final Thread life;
    private int at;
    private volatile boolean staysAway;
    private volatile EventStream stream;

    private Attendee(String user, Deployment deployment, String room, int replica) {
        this.user = user;
        this.replicas = deployment.all(Service.PUSH);
        this.path = "/api/rooms/" + room + "/events";
        this.rest = deployment.follower(user, "room:*");
        this.at = replica;
        this.stream = open();
        this.life = Thread.ofVirtual().name(user).start(this::live);
    }

    static Attendee enter(String user, Deployment deployment, String room, int replica) {
        return new Attendee(user, deployment, room, replica);
    }

    String user() {
        return user;
    }

    /// Does not come back when the present connection ends.
    void staysAway() {
        staysAway = true;
    }

    boolean isThere() {
        return stream.isOpen() && !stream.ofType("init").isEmpty();
    }

    @Override
    public void close() {
        staysAway = true;
        stream.close();
        life.interrupt();
    }

    private EventStream open() {
        return EventStream.open(replicas.get(at % replicas.size()).url(path), rest);
    }

    private void live() {
        try {
            while (!staysAway) {
                Thread.sleep(50);
                if (!stream.isOpen()) {
                    Thread.sleep(ThreadLocalRandom.current().nextInt(MIN_PAUSE_MS, MAX_PAUSE_MS));
                    at++;
                    comeBack();
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void comeBack() {
        if (staysAway) {
            return;
        }
        try {
            stream = open();
        } catch (RuntimeException refused) {
            // Nobody there: the next one, after a pause.
        }
    }
}
