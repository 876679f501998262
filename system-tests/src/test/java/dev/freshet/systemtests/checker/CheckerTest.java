package dev.freshet.systemtests.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Partitions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The judge is judged: each kind of failure is put into a flawless run, and must be found.
final class CheckerTest {

    private static final String CHANNEL = "broadcast:news";
    private static final String OTHER = "broadcast:weather";

    private final Checker checker = new Checker(new Partitions(1));
    private final Transcript transcript = checker.follow("client", List.of(CHANNEL, OTHER));
    private final List<Publication> events = new ArrayList<>();

    @BeforeEach
    void publish() {
        for (int i = 0; i < 10; i++) {
            events.add(acknowledged(CHANNEL, 100 + i, false));
        }
        transcript.connected(cursor(99), "", false);
    }

    @Test
    void aFlawlessRunIsClean() {
        receive(0, 5);
        transcript.connected(cursor(104), cursor(104), true);
        receive(5, 10);

        Verdict verdict = checker.verify();
        verdict.assertClean();
        assertThat(verdict.published()).isEqualTo(10);
        assertThat(verdict.received()).isEqualTo(10);
        assertThat(verdict.connections()).isEqualTo(2);
        assertThat(verdict.lost()).isZero();
        assertThat(verdict.gaps()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 9})
    void aLostEventIsFoundAtTheBeginningInTheMiddleAndAtTheEnd(int lost) {
        receive(0, lost);
        receive(lost + 1, 10);

        assertViolation("silently lost 1 of " + CHANNEL + " from event " + lost);
        assertThat(checker.verify().lost()).isEqualTo(1);
    }

    @Test
    void anEventThatAnotherClientReceivedIsOwedThoughNobodyAcknowledgedIt() {
        Publication unanswered = checker.attempt(CHANNEL, false);
        receive(0, 10);
        checker.verify().assertClean();

        Transcript other = checker.follow("other", List.of(CHANNEL));
        other.connected(cursor(109), "", false);
        other.event(unanswered.number(), cursor(110));

        assertViolation("client silently lost 1");
    }

    @Test
    void aDuplicateIsFoundOnOneConnectionAndAcrossTwo() {
        receive(0, 10);
        transcript.event(9, cursor(109));
        assertViolation("received event 9 of " + CHANNEL + " twice, on connections 1 and 1");

        transcript.connected(cursor(109), cursor(109), true);
        transcript.event(3, cursor(103));
        assertViolation("received event 3 of " + CHANNEL + " twice, on connections 1 and 2");
        assertThat(checker.verify().doubled()).isEqualTo(2);
    }

    @Test
    void swappedEventsAreFound() {
        receive(0, 4);
        receive(5, 6);
        receive(4, 5);
        receive(6, 10);

        assertViolation("received event 4 of " + CHANNEL + " at 104-0 after what stands at 105-0");
    }

    @Test
    void aLossThatIsAnnouncedOnceIsCleanWhereItIsAllowed() {
        receive(0, 4);
        transcript.connected(cursor(103), cursor(103), false);
        transcript.gap(CHANNEL, "trimmed");
        receive(7, 10);
        assertViolation("because of \"trimmed\"");

        transcript.allow(Gaps.forLoss("trimmed"));
        Verdict verdict = checker.verify();
        verdict.assertClean();
        assertThat(verdict.announced()).isEqualTo(3);
        assertThat(verdict.gapsExpected()).isEqualTo(1);

        transcript.allow(Gaps.forLoss("reset"));
        assertViolation("because of \"trimmed\"");
    }

    @Test
    void aLossThatIsAnnouncedInAnotherChannelOrAtAnotherPlaceIsFound() {
        transcript.allow(Gaps.forLoss("trimmed"));
        receive(0, 4);
        transcript.gap(OTHER, "trimmed");
        receive(6, 8);
        transcript.gap(CHANNEL, "trimmed");
        receive(8, 10);

        assertViolation("silently lost 2 of " + CHANNEL + " from event 4");
        assertViolation("gap in " + OTHER + " where nothing is missing");
        assertViolation("gap in " + CHANNEL + " where nothing is missing");
    }

    @Test
    void aSecondGapForOneLossIsFound() {
        transcript.allow(Gaps.forLoss("trimmed"));
        receive(0, 4);
        transcript.gap(CHANNEL, "trimmed");
        transcript.gap(CHANNEL, "trimmed");
        receive(6, 10);

        assertViolation("2 gaps in " + CHANNEL + " for one loss");
    }

    @Test
    void aFalseGapIsFound() {
        transcript.allow(Gaps.forLoss("trimmed"));
        receive(0, 4);
        transcript.gap(CHANNEL, "trimmed");
        receive(4, 10);

        assertViolation("where nothing is missing");
    }

    @Test
    void oneGapPerChannelIsCountedWhereExactlyOneIsDue() {
        transcript.allow(Gaps.exactlyOne("reset"));
        receive(0, 4);
        transcript.gap(CHANNEL, "reset");
        receive(4, 10);
        assertViolation("0 gaps in " + OTHER + " instead of one");

        transcript.gap(OTHER, "reset");
        checker.verify().assertClean();

        transcript.gap(OTHER, "reset");
        assertViolation("2 gaps in " + OTHER + " instead of one");
    }

    @Test
    void aSecondGapIsFoundWhereAtMostOneIsAllowedAndALossNeedsItStill() {
        transcript.allow(Gaps.atMostOne("reset"));
        receive(0, 4);
        receive(5, 10);
        assertViolation("silently lost 1");

        transcript.gap(CHANNEL, "reset");
        transcript.gap(CHANNEL, "reset");
        assertViolation("2 gaps in " + CHANNEL + " where one is allowed");
    }

    @Test
    void resumedMustAgreeWithTheGaps() {
        receive(0, 4);
        transcript.allow(Gaps.forLoss("trimmed"));
        transcript.connected(cursor(103), cursor(103), true);
        transcript.gap(CHANNEL, "trimmed");
        receive(6, 8);
        transcript.connected(cursor(107), cursor(107), false);
        receive(8, 10);

        assertViolation("resumed=true, and then of a gap, on connection 2");
        assertViolation("resumed=false without a gap on connection 3");
    }

    @Test
    void aLogMayLoseItsEndAfterTheGreeting() {
        receive(0, 4);
        transcript.allow(Gaps.atMostOne("reset"));
        transcript.connected(cursor(103), cursor(103), true);
        transcript.gap(CHANNEL, "reset");
        receive(4, 10);
        assertViolation("resumed=true, and then of a gap, on connection 2");

        transcript.allow(Gaps.atMostOne("reset").alsoLate());
        checker.verify().assertClean();
    }

    @Test
    void comingBackWithoutACursorIsFound() {
        receive(0, 10);
        transcript.connected(cursor(109), "", false);
        assertViolation("came back without a cursor");
    }

    @Test
    void aPlaceThatContradictsTheAnswerIsFound() {
        transcript.event(0, cursor(700));
        assertViolation("event 0 of " + CHANNEL + " stands at 100-0 and at 700-0");
    }

    @Test
    void ephemeralEventsMayBeMissingButNotDoubled() {
        Publication present = acknowledged(CHANNEL, 200, true);
        acknowledged(CHANNEL, 201, true);
        receive(0, 10);
        transcript.event(present.number(), cursor(200));
        checker.verify().assertClean();

        transcript.event(present.number(), cursor(200));
        assertViolation("twice");
    }

    @Test
    void whatAFaultMayTakeIsOwedToNobody() {
        receive(0, 9);
        events.get(9).excuse();
        checker.verify().assertClean();
    }

    @Test
    void whatAServerLostAndAPublisherRepeatedMayComeTwice() {
        transcript.allow(Gaps.atMostOne("reset"));
        receive(0, 10);
        transcript.gap(CHANNEL, "reset");
        transcript.event(9, cursor(150));
        assertViolation("event 9 of " + CHANNEL + " stands at 109-0 and at 150-0");
        assertViolation("twice");

        events.get(9).repeated();
        checker.verify().assertClean();
    }

    @Test
    void whoReceivedWhatAServerLostIsToldBeforeItsRepetitionComes() {
        transcript.allow(Gaps.atMostOne("reset"));
        receive(0, 10);
        transcript.event(9, cursor(150));
        transcript.gap(CHANNEL, "reset");
        Transcript late = checker.follow("late", List.of(CHANNEL));
        late.connected(cursor(99), "", false);
        receive(late, 0, 9);
        late.event(9, cursor(150));
        events.get(9).repeated();

        assertThat(checker.verify().violations())
                .containsExactly("client was not told of a loss in " + CHANNEL + " before event 9 of " + CHANNEL
                        + ", though it received event 9 of " + CHANNEL + ", on connection 1");
    }

    @Test
    void whoReceivedALostEventMustBeTold() {
        transcript.allow(Gaps.atMostOne("reset"));
        receive(0, 10);
        events.get(9).excuse();
        assertViolation("was not told of a loss in " + CHANNEL + " to the end, though it received event 9");

        transcript.gap(OTHER, "reset");
        assertViolation("was not told of a loss in " + CHANNEL);

        transcript.gap(CHANNEL, "reset");
        checker.verify().assertClean();
    }

    @Test
    void whoReceivedALostEventMustBeToldBeforeAnythingElseComes() {
        transcript.allow(Gaps.atMostOne("reset"));
        receive(0, 10);
        events.get(9).excuse();
        receive(afterwards(CHANNEL, 200));
        transcript.gap(CHANNEL, "reset");

        assertViolation("was not told of a loss in " + CHANNEL + " before event 10 of " + CHANNEL);
    }

    @Test
    void anotherReasonDoesNotTellThatTheLogWentBack() {
        transcript.allow(Gaps.atMostOne("reset", "trimmed"));
        receive(0, 10);
        transcript.gap(CHANNEL, "trimmed");
        events.get(9).excuse();

        assertViolation("was not told of a loss in " + CHANNEL);
    }

    @Test
    void whoReceivedALostEventAndComesBackMustBeToldThen() {
        transcript.allow(Gaps.atMostOne("reset"));
        receive(0, 10);
        events.get(9).excuse();
        transcript.connected(cursor(150, "next"), cursor(109), null);
        assertViolation("was not told of a loss in " + CHANNEL + " to the end, though it came back from 109-0~epoch");

        transcript.gap(CHANNEL, "reset");
        transcript.gap(OTHER, "reset");
        receive(afterwards(CHANNEL, 200));
        checker.verify().assertClean();
    }

    /// One cursor speaks for all channels of a partition.
    @Test
    void whoComesBackFromALostPlaceIsToldOnEachChannel() {
        transcript.allow(Gaps.forPhantoms("reset"));
        Publication lost = acknowledged(OTHER, 110, false);
        receive(0, 10);
        transcript.event(lost.number(), cursor(110));
        lost.excuse();
        transcript.connected(cursor(150, "next"), cursor(110), false);
        transcript.gap(OTHER, "reset");
        assertViolation("was not told of a loss in " + CHANNEL + " to the end, though it came back from");

        transcript.gap(CHANNEL, "reset");
        Verdict verdict = checker.verify();
        verdict.assertClean();
        assertThat(verdict.gaps()).isEqualTo(2);
        assertThat(verdict.gapsExpected()).isEqualTo(2);
    }

    @Test
    void whoComesBackToAPodThatKnowsOfNoLossIsToldOnlyOfWhatItsChannelsLost() {
        transcript.allow(Gaps.forPhantoms("reset").alsoLate());
        receive(0, 10);
        events.get(9).excuse();
        transcript.connected(cursor(109), cursor(109), true);
        transcript.gap(CHANNEL, "reset");
        receive(afterwards(CHANNEL, 200));
        receive(afterwards(OTHER, 201));

        checker.verify().assertClean();
    }

    @Test
    void whoStaysAwayNeedNotBeToldUntilItIsBack() {
        receive(0, 10);
        events.get(9).excuse();
        transcript.left();
        checker.verify().assertClean();

        transcript.connected(cursor(109), cursor(109), true);
        assertViolation("was not told of a loss in " + CHANNEL);
    }

    @Test
    void whoSawNothingThatIsGoneIsNotToBeTold() {
        transcript.allow(Gaps.forPhantoms("reset"));
        receive(0, 9);
        events.get(9).excuse();
        checker.verify().assertClean();

        transcript.gap(CHANNEL, "reset");
        assertViolation("was told of a gap in " + CHANNEL + " and has seen nothing that is gone");
    }

    @Test
    void whoComesBackFromAPlaceThatIsLeftIsNotToBeTold() {
        transcript.allow(Gaps.forPhantoms("reset"));
        receive(0, 9);
        events.get(9).excuse();
        transcript.connected(cursor(150, "next"), cursor(108), false);
        transcript.gap(CHANNEL, "reset");
        assertViolation("has seen nothing that is gone, on connection 2");
    }

    @Test
    void whoAsksAboutAPlaceThatIsGoneMayBeTold() {
        transcript.allow(Gaps.forPhantoms("reset"));
        Publication lost = acknowledged("broadcast:elsewhere", 110, false);
        lost.excuse();
        receive(0, 10);
        transcript.gap(CHANNEL, "reset", cursor(110));
        checker.verify().assertClean();

        transcript.gap(CHANNEL, "reset", cursor(109));
        assertViolation("has seen nothing that is gone");
    }

    @Test
    void aLossIsToldOnce() {
        transcript.allow(Gaps.forPhantoms("reset"));
        receive(0, 10);
        events.get(9).excuse();
        transcript.gap(CHANNEL, "reset");
        checker.verify().assertClean();

        transcript.gap(CHANNEL, "reset");
        assertViolation("has seen nothing that is gone");
    }

    @Test
    void whoWasLiveBehindALostEventMayBeToldAndNeedNot() {
        receive(0, 9);
        events.get(9).excuse();
        Transcript late = checker.follow("late", List.of(CHANNEL));
        late.allow(Gaps.forPhantoms("reset"));
        late.connected(cursor(109), "", false);
        Transcript told = checker.follow("told", List.of(CHANNEL, OTHER));
        told.allow(Gaps.forPhantoms("reset"));
        told.connected(cursor(109), "", false);
        // The log has had it before anybody saw it: that is how its epoch is known.
        transcript.event(9, cursor(109));
        transcript.left();
        told.gap(CHANNEL, "reset");
        checker.verify().assertClean();

        told.gap(OTHER, "reset");
        assertViolation("told was told of a gap in " + OTHER + " and has seen nothing that is gone");
    }

    @Test
    void nobodyIsToldOfALostEphemeralEvent() {
        transcript.allow(Gaps.forPhantoms("reset"));
        Publication typing = acknowledged(CHANNEL, 110, true);
        receive(0, 10);
        transcript.event(typing.number(), cursor(110));
        typing.excuse();
        checker.verify().assertClean();

        transcript.gap(CHANNEL, "reset");
        assertViolation("has seen nothing that is gone");
    }

    @Test
    void aPlaceThatAClientSawIsNotAcknowledgedByAnotherOne() {
        Publication publication = checker.attempt(CHANNEL, false);
        receive(0, 10);
        transcript.event(publication.number(), cursor(150));
        publication.acknowledged(new StreamId(160, 0));

        assertThat(publication.isAcknowledgedAt(new StreamId(150, 0))).isFalse();
        assertThat(publication.isAcknowledgedAt(new StreamId(160, 0))).isTrue();
        assertThat(publication.place()).isEqualTo(new StreamId(150, 0));
    }

    @Test
    void strangersAreFound() {
        receive(0, 10);
        transcript.event(4711, cursor(300));
        Publication elsewhere = acknowledged("broadcast:elsewhere", 400, false);
        transcript.event(elsewhere.number(), cursor(400));
        transcript.event(5, "nonsense");

        assertViolation("an event that nobody published: 4711");
        assertViolation("does not follow it");
        assertViolation("with the id \"nonsense\"");
    }

    @Test
    void aClientThatWasNeverWelcomedIsFound() {
        receive(0, 10);
        checker.follow("outside", List.of(CHANNEL));
        assertViolation("outside was never welcomed");
    }

    /// A mutation of whatever kind at whatever place: none passes.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void anyMutationOfARunIsFound(long seed) {
        Random random = new Random(seed);
        List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
        int at = random.nextInt(9);
        switch (random.nextInt(3)) {
            case 0 -> order.remove(at);
            case 1 -> order.add(random.nextInt(at + 1, 10), at);
            default -> java.util.Collections.swap(order, at, at + 1);
        }
        int cut = random.nextInt(order.size());
        for (int i = 0; i < order.size(); i++) {
            if (i == cut) {
                transcript.connected(cursor(99), cursor(99), true);
            }
            int number = order.get(i);
            transcript.event(number, cursor(100 + number));
        }

        assertThat(checker.verify().violations()).as(order.toString()).isNotEmpty();
    }

    private void receive(int from, int to) {
        receive(transcript, from, to);
    }

    private void receive(Transcript by, int from, int to) {
        for (int i = from; i < to; i++) {
            by.event(events.get(i).number(), cursor(100 + i));
        }
    }

    private void receive(Publication publication) {
        EventId id = new EventId(0, Objects.requireNonNull(publication.place()), "next");
        transcript.event(publication.number(), id.toString());
    }

    /// An event of the log that went on without its end.
    private Publication afterwards(String channel, long ms) {
        Publication publication = checker.attempt(channel, false);
        publication.acknowledged(cursor(ms, "next"));
        return publication;
    }

    private void assertViolation(String part) {
        assertThat(checker.verify().violations()).anyMatch(violation -> violation.contains(part));
        assertThatThrownBy(() -> checker.verify().assertClean()).isInstanceOf(AssertionError.class);
    }

    private Publication acknowledged(String channel, long ms, boolean ephemeral) {
        Publication publication = checker.attempt(channel, ephemeral);
        publication.acknowledged(cursor(ms));
        return publication;
    }

    private static String cursor(long ms) {
        return cursor(ms, "epoch");
    }

    private static String cursor(long ms, String epoch) {
        return new EventId(0, new StreamId(ms, 0), epoch).toString();
    }
}
