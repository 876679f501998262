package dev.freshet.ticket.issue;

import dev.freshet.contract.channel.ChannelKind;
import dev.freshet.contract.channel.ChannelPattern;
import dev.freshet.contract.channel.Grants;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.contract.ticket.TicketRecord;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.problem.ProblemException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Makes a ticket's grants out of its caller's. They are never wider, whatever was asked for.
final class Narrowing {

    private Narrowing() {}

    /// @throws ProblemException 403, naming the first channel or pattern that the caller may not follow
    static TicketRecord narrow(Caller caller, TicketRequest request) {
        if (request.channels().isEmpty()) {
            return caller.toTicket(caller.subscribe(), caller.publish());
        }
        List<ChannelPattern> asked =
                request.channels().get().stream().distinct().toList();
        for (ChannelPattern pattern : asked) {
            if (!isOwn(caller, pattern) && !covered(pattern, caller.subscribe().patterns())) {
                throw ProblemException.of(
                        ProblemType.FORBIDDEN_CHANNEL, "The token does not grant to follow " + pattern + ".");
            }
        }
        return caller.toTicket(
                new Grants(asked), new Grants(both(asked, caller.publish().patterns())));
    }

    /// The channels that are in both lists: of two patterns that overlap, one contains the other.
    private static List<ChannelPattern> both(List<ChannelPattern> asked, List<ChannelPattern> granted) {
        Set<ChannelPattern> both = new LinkedHashSet<>();
        for (ChannelPattern pattern : asked) {
            if (covered(pattern, granted)) {
                both.add(pattern);
            }
        }
        for (ChannelPattern pattern : granted) {
            if (covered(pattern, asked)) {
                both.add(pattern);
            }
        }
        return List.copyOf(both);
    }

    private static boolean isOwn(Caller caller, ChannelPattern pattern) {
        return pattern.kind() == ChannelKind.USER
                && !pattern.prefix()
                && pattern.name().equals(caller.userId());
    }

    private static boolean covered(ChannelPattern pattern, List<ChannelPattern> by) {
        return by.stream().anyMatch(grant -> grant.covers(pattern));
    }
}
