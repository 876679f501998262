package dev.freshet.systemtests;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// Somebody in a room or at a document, over SSE or WebSocket, at a push replica of its choice. It comes back when the
/// connection ends, at the next replica, until it stays away.
final class Attendee implements AutoCloseable {

    /// Where somebody is present, and what makes him so.
    enum Way {
        ROOM_STREAM(true),
        ROOM_SOCKET(true),
        DOCUMENT_STREAM(false),
        DOCUMENT_SOCKET(false);

        private final boolean room;

        Way(boolean room) {
            this.room = room;
        }

        boolean isOfRoom() {
            return room;
        }
    }

    private static final int MIN_PAUSE_MS = 200;
    private static final int MAX_PAUSE_MS = 1_500;
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private final String user;
    private final Deployment deployment;
    private final Way way;
    private final String place;
    private final Rest rest;
    private final Thread life;
    private int at;
    private volatile boolean staysAway;
    private volatile Recorder connection;

    private Attendee(String user, Deployment deployment, Way way, String place, int replica) {
        this.user = user;
        this.deployment = deployment;
        this.way = way;
        this.place = place;
        this.rest = deployment.follower(user, "room:*", "document:*");
        this.at = replica;
        this.connection = open();
        this.life = Thread.ofVirtual().name(user).start(this::live);
    }

    /// @param place of the room or document
    static Attendee enter(String user, Deployment deployment, Way way, String place, int replica) {
        return new Attendee(user, deployment, way, place, replica);
    }

    String user() {
        return user;
    }

    Way way() {
        return way;
    }

    /// Does not come back when the present connection ends.
    void staysAway() {
        staysAway = true;
    }

    @Override
    public void close() {
        staysAway = true;
        connection.close();
        life.interrupt();
    }

    private Recorder open() {
        return switch (way) {
            case ROOM_STREAM -> EventStream.open(url("/api/rooms/" + place + "/events"), rest);
            case DOCUMENT_STREAM -> EventStream.open(url("/api/documents/" + place + "/events"), rest);
            case ROOM_SOCKET -> socket("{\"type\":\"join-room\",\"payload\":\"" + place + "\"}");
            case DOCUMENT_SOCKET ->
                socket("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"document:" + place + "\"}}");
        };
    }

    /// Does not wait for the confirmation: a socket that ends before is one more that ended.
    private Recorder socket(String message) {
        Socket socket = Socket.connectAsync(url("/ws"), deployment.ticket(rest))
                .orTimeout(ANSWER_LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
        Patience.await("welcomed, or ended")
                .atMost(ANSWER_LIMIT)
                .until(() -> !socket.isOpen() || !socket.ofType("connected").isEmpty());
        if (socket.isOpen()) {
            socket.send(message);
        }
        return socket;
    }

    private String url(String path) {
        return deployment.push(at % deployment.all(Service.PUSH).size()).url(path);
    }

    private void live() {
        try {
            while (!staysAway) {
                Thread.sleep(50);
                if (!connection.isOpen()) {
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
            connection = open();
        } catch (RuntimeException | AssertionError refused) {
            // Nobody there, or no ticket: the next one, after a pause.
        }
    }
}
