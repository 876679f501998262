package dev.freshet.push.delivery;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one connection follows of one partition. Confined to its event loop.
///
/// A lane is live, and then its place is its hub's; or it is behind, and goes on from the place of the channel
/// that is furthest behind: page by page out of the past, then out of the window, until it has reached the hub.
/// Channels go together, in the log's order, so that one place speaks of all of them.
final class Lane {

    /// What a page was asked about, and what it says.
    private record Answer(Subscription subscription, EventId from, Past.Page page) {}

    private record Due(LiveEvent event, Subscription subscription) {

        /// Whether the channel still waits for it.
        boolean isOwed() {
            return subscription.isBehind() && subscription.place().position().compareTo(event.position()) < 0;
        }
    }

    /// What is on its way to the socket: all that some channels had up to its end. It is kept while the socket is
    /// full for a moment, so that it is found once and not at each drain.
    private record Stretch(Deque<Due> due, List<Subscription> of, EventId end) {}

    private static final Comparator<Due> IN_LOG_ORDER =
            Comparator.comparing(due -> due.event().position());

    private static final long RETRY_MS = 200;

    final int partition;
    private final Feed feed;
    private final List<Subscription> subscriptions = new ArrayList<>(1);
    private boolean behind;
    private boolean reading;
    private List<Answer> answers = List.of();
    private @Nullable Stretch stretch;

    /// Changes with the log; what was read before it is not to be used.
    private int generation;

    Lane(Feed feed, int partition) {
        this.feed = feed;
        this.partition = partition;
    }

    void add(Subscription subscription) {
        subscriptions.add(subscription);
    }

    /// @return whether nothing is left
    boolean remove(Subscription subscription) {
        subscriptions.remove(subscription);
        return subscriptions.isEmpty();
    }

    boolean isBehind() {
        return behind;
    }

    void fallBehind() {
        behind = true;
    }

    /// Leaves what waits.
    void skip() {
        forgetFound();
        subscriptions.forEach(Subscription::catchUp);
        behind = false;
    }

    /// What was read so far speaks of another log.
    void forget() {
        generation++;
        forgetFound();
    }

    /// Leaves what was found and not written yet; it is found again when the socket takes more.
    void forgetFound() {
        answers = List.of();
        stretch = null;
    }

    /// Up to where everything was written or told to be missing.
    EventId position() {
        Subscription last = furthestBehind();
        return last == null ? feed.hub().position(partition) : last.place();
    }

    /// Entries of the log that are still to be looked at.
    long lag() {
        Subscription last = furthestBehind();
        return last == null ? 0 : feed.hub().number(partition) - Math.max(last.number(), 0);
    }

    /// Bytes that these take in the window.
    long lagBytes() {
        Subscription last = furthestBehind();
        return last == null ? 0 : feed.hub().window(partition).bytesBehind(last.number());
    }

    private @Nullable Subscription furthestBehind() {
        if (!behind) {
            return null;
        }
        return subscriptions.stream()
                .filter(Subscription::isBehind)
                .min(Comparator.comparing(each -> each.place().position()))
                .orElse(null);
    }

    boolean reachesBeforeWindow() {
        return !older(feed.hub().window(partition)).isEmpty();
    }

    /// Reads the next page of what lies before the window. Fails while Redis does not answer.
    Future<Void> read() {
        reading = true;
        int then = generation;
        List<Future<Answer>> asked = new ArrayList<>();
        List<Subscription> older = older(feed.hub().window(partition));
        for (Subscription subscription : older) {
            EventId from = subscription.place();
            asked.add(feed.past()
                    .page(feed.hub(), subscription.channel(), from, older.size())
                    .map(page -> new Answer(subscription, from, page)));
        }
        return Future.all(asked).onComplete(done -> reading = false).map(all -> {
            answers = then == generation ? all.list() : List.of();
            return null;
        });
    }

    /// Channels of which it was read that nobody can say what they had.
    Set<Channel> lost() {
        Set<Channel> lost = new HashSet<>();
        for (Answer answer : answers) {
            if (isCurrent(answer) && answer.page() instanceof Past.Page.Trimmed) {
                lost.add(answer.subscription().channel());
            }
        }
        return lost;
    }

    /// Tells of the channels that are [#lost].
    void tellLost() {
        for (Answer answer : answers) {
            if (isCurrent(answer) && answer.page() instanceof Past.Page.Trimmed) {
                answer.subscription().catchUp();
                feed.tell(answer.subscription());
            }
        }
    }

    private void tellTooOld() {
        for (Answer answer : answers) {
            if (isCurrent(answer)
                    && answer.page() instanceof Past.Page.Read page
                    && page.scanned()
                    && answer.subscription().scanned()) {
                answer.subscription().catchUp();
                feed.tell(answer.subscription());
            }
        }
    }

    /// Writes what is behind.
    ///
    /// @return whether the socket took all; what is not read yet goes on when it is
    boolean catchUp() {
        while (behind && !reading) {
            Window window = feed.hub().window(partition);
            Stretch next = next(window);
            stretch = next;
            if (next != null) {
                if (!write(next, window)) {
                    return false;
                }
                stretch = null;
            }
        }
        return true;
    }

    /// @return `null` if it is being read, or nothing waits, or the window moved on while it was looked at
    private @Nullable Stretch next(Window window) {
        if (stretch != null) {
            return stretch;
        }
        if (!answers.isEmpty()) {
            tellLost();
            tellTooOld();
            List<Answer> current = answers.stream().filter(this::isCurrent).toList();
            answers = List.of();
            return ofPages(current);
        }
        if (!older(window).isEmpty()) {
            read().onSuccess(read -> feed.catchUp()).onFailure(failure -> retry());
            return null;
        }
        return ofWindow(window);
    }

    /// The window may begin behind the hub: it is the tail's, which is ahead when much comes at once. Who stands
    /// where the hub stands waits for nothing all the same.
    private List<Subscription> older(Window window) {
        long begin = window.begin().number();
        List<Subscription> older = new ArrayList<>();
        for (Subscription subscription : subscriptions) {
            if (subscription.isBehind() && subscription.number() < begin && !isAtHub(subscription)) {
                older.add(subscription);
            }
        }
        return older;
    }

    /// Whether nothing lies between it and the hub.
    boolean isAtHub(Subscription subscription) {
        StreamId here = feed.hub().position(partition).position();
        return !subscription.isBehind() || subscription.place().position().compareTo(here) >= 0;
    }

    private boolean isCurrent(Answer answer) {
        // The very place that was asked about, not an equal one: it may have been there, left and come back.
        return answer.subscription().isBehind() && answer.subscription().place() == answer.from();
    }

    /// What the pages have in common: each says nothing of what is behind its end. Nor is used what lies behind the
    /// hub, which is about to deliver it.
    ///
    /// @return `null` if they have nothing that can be used
    private @Nullable Stretch ofPages(List<Answer> current) {
        StreamId here = feed.hub().position(partition).position();
        StreamId end = null;
        List<Due> due = new ArrayList<>();
        for (Answer answer : current) {
            if (!(answer.page() instanceof Past.Page.Read page)
                    || page.end().compareTo(answer.from().position()) <= 0) {
                reading = true;
                retry();
                return null;
            }
            StreamId reached = page.end().compareTo(here) < 0 ? page.end() : here;
            end = end == null || reached.compareTo(end) < 0 ? reached : end;
            page.events().forEach(event -> due.add(new Due(event, answer.subscription())));
        }
        if (end == null) {
            return null;
        }
        StreamId upTo = end;
        due.removeIf(each -> each.event().position().compareTo(upTo) > 0);
        due.sort(IN_LOG_ORDER);
        EventId place =
                new EventId(partition, end, feed.hub().position(partition).epoch());
        return new Stretch(
                new ArrayDeque<>(due),
                current.stream().map(Answer::subscription).toList(),
                place);
    }

    private boolean write(Stretch past, Window window) {
        while (!past.due().isEmpty()) {
            if (!write(past.due().peek(), past.of())) {
                return false;
            }
            past.due().remove();
        }
        long number = window.find(past.end().position());
        past.of().forEach(subscription -> subscription.advance(number, past.end()));
        return true;
    }

    /// What waits in the window, up to where the hub stands now.
    ///
    /// @return `null` if nothing does, and then the lane is live; or if the window moved on between the two looks
    private @Nullable Stretch ofWindow(Window window) {
        EventId end = feed.hub().position(partition);
        long until = feed.hub().number(partition);
        List<Subscription> of = new ArrayList<>();
        List<Due> due = new ArrayList<>();
        for (Subscription subscription : subscriptions) {
            if (isAtHub(subscription)) {
                continue;
            }
            Window.Missed missed = window.missed(subscription.channel(), subscription.number(), until);
            if (!missed.complete()) {
                return null;
            }
            of.add(subscription);
            missed.events().forEach(event -> due.add(new Due(event, subscription)));
        }
        if (due.isEmpty()) {
            skip();
            return null;
        }
        due.sort(IN_LOG_ORDER);
        return new Stretch(new ArrayDeque<>(due), of, end);
    }

    /// Writes an event, unless the connection does not want it or the channel does not wait for it any more.
    ///
    /// @param of those who have everything before it, so that their place moves with it
    /// @return whether there was room
    private boolean write(Due due, List<Subscription> of) {
        if (!due.isOwed() || !feed.wants(due.event())) {
            return true;
        }
        if (!feed.isWritable()) {
            return false;
        }
        EventId id = due.event().logged().id();
        of.forEach(subscription -> subscription.advance(due.event().number(), id));
        feed.write(due.event(), due.subscription());
        return true;
    }

    private void retry() {
        feed.hub().after(RETRY_MS, () -> {
            reading = false;
            feed.catchUp();
        });
    }
}
