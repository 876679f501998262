package dev.freshet.push.model;

/// What really happened to one append, known to nobody in the model but its witness.
final class Published {

    /// Counts all appends of the run: the true order.
    final int serial;

    final int partition;
    final String channel;
    final boolean ephemeral;
    final boolean malformed;

    /// The primary that took it: counts the partition's failovers.
    final int generation;

    /// The failover that lost it; none yet.
    int lostAt = Integer.MAX_VALUE;

    Published(int serial, int partition, String channel, boolean ephemeral, boolean malformed, int generation) {
        this.serial = serial;
        this.partition = partition;
        this.channel = channel;
        this.ephemeral = ephemeral;
        this.malformed = malformed;
        this.generation = generation;
    }

    boolean isLost() {
        return lostAt != Integer.MAX_VALUE;
    }

    /// Whether a follower of the channel has a right to it.
    boolean isOwed() {
        return !ephemeral && !malformed && !isLost();
    }

    @Override
    public String toString() {
        return "append " + serial + " of " + channel + (ephemeral ? ", ephemeral" : "") + (isLost() ? ", lost" : "");
    }
}
