package dev.freshet.contract.log;

import dev.freshet.contract.channel.Channel;

/// Every key that Freshet keeps in Redis. Nothing else builds one.
///
/// Keys of a partition carry its hash tag `{p}`, so that one script can touch them together on Redis Cluster
/// too. The others stand alone, each in a slot of its own.
public final class Keys {

    private Keys() {}

    /// Stream: the log of partition `p`.
    public static String events(int p) {
        return "events:{" + p + "}";
    }

    /// Stream, capped: entries of the log that were skipped, with the reason.
    public static String rejected(int p) {
        return "events:{" + p + "}:rejected";
    }

    /// Hash: what the services must agree on about partition `p`; fields in [LogState].
    public static String state(int p) {
        return "state:{" + p + "}";
    }

    /// Stream: the newest events of a channel, with the log's own ids.
    public static String history(int p, Channel channel) {
        return "history:{" + p + "}:" + channel;
    }

    /// Sorted set: channels that have a history, by the time of the last copy, ms since 1970 by the clock of
    /// Redis.
    public static String channels(int p) {
        return "channels:{" + p + "}";
    }

    /// Hash: a document's content and version. It is there from the first edit on.
    public static String document(int p, String id) {
        return "document:{" + p + "}:" + id;
    }

    /// Hash with an expiry: when a user's cursor in a document was last told of, and where it has been put since.
    public static String cursor(int p, String document, String user) {
        return "cursor:{" + p + "}:" + document + ":" + user;
    }

    /// String with an expiry: which replica of events-service indexes and trims the partition now.
    public static String lease(int p) {
        return "lease:{" + p + "}";
    }

    /// String: what a publish with an idempotency key answered.
    ///
    /// @param hash of subject and key, hexadecimal
    public static String idempotency(int p, String hash) {
        return "idempotency:{" + p + "}:" + hash;
    }

    /// Hash: who is present on a channel, and for each the pods that hold a connection of theirs.
    public static String presence(int p, Channel channel) {
        return "presence:{" + p + "}:" + channel;
    }

    /// Hash: pods that take part in presence, and how often each has said that it lives.
    public static String presencePods(int p) {
        return "presence:{" + p + "}";
    }

    /// Set: pods that are taken for dead and whose members are being removed.
    public static String presenceDead(int p) {
        return "presence:{" + p + "}:dead";
    }

    /// Set: what one pod has entered into presence, each as channel, space and user.
    public static String presenceOf(int p, String pod) {
        return "presence:{" + p + "}:pod:" + pod;
    }

    /// Set: channels with so many members that their changes are told as a count, which is to be told.
    public static String crowds(int p) {
        return "presence:{" + p + "}:crowds";
    }

    /// String with an expiry: that counts were told a moment ago.
    public static String crowdsTold(int p) {
        return "presence:{" + p + "}:told";
    }

    /// Hash with an expiry: each pod's figures.
    public static String podFigures() {
        return "stats:{stats}:pods";
    }

    /// String with an expiry: the sums over all pods, as they are answered.
    public static String stats() {
        return "stats:{stats}";
    }

    /// String: the record behind a ticket.
    ///
    /// @param hash SHA-256 of the ticket, hexadecimal
    public static String ticket(String hash) {
        return "ticket:" + hash;
    }

    /// Hash: a token bucket.
    ///
    /// @param what is limited (`ticket`, `publish`)
    /// @param who by whom it is used up
    public static String rateLimit(String what, String who) {
        return "ratelimit:" + what + ":" + who;
    }

    /// String with an expiry: until when tokens of the user are refused by the time of their issue, ms since
    /// 1970.
    public static String revoked(String userId) {
        return "revoked:" + userId;
    }

    /// Stream, capped: who was disconnected and when, for the pods that hold connections.
    public static String revocations() {
        return "revocations";
    }

    /// Stream, capped: clients' messages of a type that the operator allowed, for backend services.
    public static String inbound(String type) {
        return "inbound:" + type;
    }

    /// String: a client's message of such a type that was taken; in the slot of its stream.
    ///
    /// @param hash of sender and message id, hexadecimal
    public static String inboundIdempotency(String type, String hash) {
        return "idempotency:{" + inbound(type) + "}:" + hash;
    }
}
