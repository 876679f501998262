package dev.freshet.contract.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.channel.Channel;
import dev.freshet.testkit.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The scripts, on a real Redis.
class PresenceScriptsTest {

    private static final RedisServer REDIS = RedisServer.start();

    private static final String ROOM = "room:1";
    private static final String MEMBERS = Keys.presence(0, Channel.parse(ROOM));

    @AfterAll
    static void stop() {
        REDIS.close();
    }

    @BeforeEach
    void forget() {
        REDIS.cli("FLUSHALL");
        enter("a");
        enter("b");
    }

    @Test
    void aUserJoinsWithTheFirstPodAndLeavesWithTheLast() {
        assertThat(apply("a", "+ada")).containsExactly("done", "1", "0");
        assertThat(apply("b", "+ada")).containsExactly("done", "0", "0");
        assertThat(apply("a", "-ada")).containsExactly("done", "0", "0");
        assertThat(members()).containsExactly("ada", "b");
        assertThat(apply("b", "-ada")).containsExactly("done", "0", "1");
        assertThat(told()).containsExactly("user-joined ada", "user-left ada");
        assertThat(REDIS.cli("EXISTS", MEMBERS, Keys.presenceOf(0, "a"), Keys.presenceOf(0, "b")))
                .isEqualTo("0");
    }

    @Test
    void whatIsRepeatedIsNotToldAgain() {
        apply("a", "+ada");
        assertThat(apply("a", "+ada")).containsExactly("done", "0", "0");
        apply("a", "-ada");
        assertThat(apply("a", "-ada")).containsExactly("done", "0", "0");
        assertThat(told()).containsExactly("user-joined ada", "user-left ada");
    }

    @Test
    void whatIsToldIsFreshetsOwnAndNotForTheUserAndNotKept() {
        apply("a", "+ada");
        List<String> entry =
                REDIS.cli("XRANGE", Keys.events(0), "-", "+").lines().toList();
        assertThat(entry)
                .containsSubsequence("channel", ROOM, "type", "user-joined", "payload")
                .containsSubsequence("payload", "{\"id\":\"ada\",\"userId\":\"ada\"}", "proof")
                .containsSubsequence("actor", "ada", "ephemeral", "1", "exclude", "ada");
        EntryReader reader = new EntryReader(new Partitions(1), 0, () -> "secret");
        for (int i = 1; i < entry.size(); i += 2) {
            reader.field(entry.get(i).getBytes(), entry.get(i + 1).getBytes());
        }
        assertThat(reader.read()).isInstanceOf(Entry.Valid.class);
    }

    @Test
    void aPodThatDidNotEnterIsGone() {
        assertThat(apply("stranger", "+ada")).containsExactly("gone");
        assertThat(told()).isEmpty();
        assertThat(renew("stranger", REDIS.replid())).containsExactly("gone");
    }

    @Test
    void underAnotherServerAPodIsGone() {
        assertThat(renew("a", "another")).containsExactly("gone");
        assertThat(applied("a", "live", "another", "500", "+ada")).containsExactly("gone");
        assertThat(members()).isEmpty();
    }

    @Test
    void aRenewalShowsWhoElseLivesAndWhoIsDead() {
        assertThat(renew("a", REDIS.replid())).containsExactly("renewed", "a", "1", "b", "0");
        bury("b", "0");
        assertThat(renew("a", REDIS.replid())).containsExactly("renewed", "a", "2", "b");
    }

    @Test
    void aPodThatSpokeMeanwhileIsNotBuried() {
        renew("b", REDIS.replid());
        assertThat(bury("b", "0")).isEqualTo("0");
        assertThat(apply("b", "+ada")).containsExactly("done", "1", "0");
        assertThat(bury("b", "1")).isEqualTo("1");
        assertThat(apply("b", "+bob")).containsExactly("gone");
    }

    @Test
    void whatADeadPodSaidIsRemovedOnce() {
        apply("a", "+bob");
        apply("b", "+ada", "+bob");
        assertThat(applied("b", "dead", "", "500", "-ada")).containsExactly("gone");
        bury("b", "");
        assertThat(applied("b", "dead", "", "500", "-ada", "-bob")).containsExactly("done", "0", "1");
        assertThat(applied("b", "dead", "", "500", "-ada", "-bob")).containsExactly("done", "0", "0");
        assertThat(told()).containsExactly("user-joined bob", "user-joined ada", "user-left ada");
        assertThat(members()).containsExactly("bob", "a");
    }

    @Test
    void aCrowdIsCounted() {
        assertThat(applied("a", "live", REDIS.replid(), "2", "+u1", "+u2", "+u3", "-u1", "-u2"))
                .containsExactly("done", "2", "1");
        assertThat(told()).containsExactly("user-joined u1", "user-joined u2", "user-left u2");
        assertThat(crowds()).containsExactly(ROOM);
        assertThat(crowds()).isEmpty();
        count();
        assertThat(told()).endsWith("presence-changed {\"count\":1}");
        count();
        assertThat(told()).hasSize(4);
    }

    @Test
    void tenThousandComeAndGoWithoutAStorm() {
        inTurn("+");
        assertThat(REDIS.cli("HLEN", MEMBERS)).isEqualTo("10000");
        assertThat(REDIS.cli("XLEN", Keys.events(0))).isEqualTo("500");
        assertThat(crowds()).containsExactly(ROOM);
        count();
        inTurn("-");
        // Those of the last 500 are told one by one again.
        assertThat(REDIS.cli("XLEN", Keys.events(0))).isEqualTo("1001");
        assertThat(REDIS.cli("EXISTS", MEMBERS, Keys.presenceOf(0, "a"))).isEqualTo("0");
    }

    private static void inTurn(String sign) {
        for (int i = 0; i < 10_000; i += 200) {
            String[] changes = IntStream.range(i, i + 200)
                    .mapToObj(user -> sign + "u" + user)
                    .toArray(String[]::new);
            assertThat(apply("a", changes)).startsWith("done");
        }
    }

    @Test
    void aKeyOfAnotherTypeIsLeftAlone() {
        REDIS.cli("SET", MEMBERS, "x");
        assertThat(apply("a", "+ada", "-bob")).containsExactly("done", "0", "0");
        assertThat(REDIS.cli("GET", MEMBERS)).isEqualTo("x");
        REDIS.cli("SADD", Keys.crowds(0), ROOM);
        count();
        assertThat(told()).isEmpty();
    }

    @Test
    void aFullRedisChangesNothingButPodsLive() {
        REDIS.cli("CONFIG", "SET", "maxmemory", "1");
        try {
            assertThat(apply("a", "+ada").getFirst()).startsWith("OOM");
            assertThat(renew("a", REDIS.replid())).startsWith("renewed");
        } finally {
            REDIS.cli("CONFIG", "SET", "maxmemory", "0");
        }
        assertThat(members()).isEmpty();
    }

    private static void enter(String pod) {
        assertThat(eval(PresenceScripts.ENTER, List.of(Keys.presencePods(0)), pod))
                .containsExactly(REDIS.replid());
    }

    private static List<String> renew(String pod, String server) {
        return eval(PresenceScripts.RENEW, pods(), pod, server);
    }

    private static String bury(String pod, String said) {
        return eval(PresenceScripts.BURY, pods(), pod, said).getFirst();
    }

    private static List<String> apply(String pod, String... changes) {
        return applied(pod, "live", REDIS.replid(), "500", changes);
    }

    private static List<String> applied(String pod, String mode, String server, String crowd, String... changes) {
        List<String> keys = List.of(
                Keys.events(0),
                Keys.state(0),
                Keys.presencePods(0),
                Keys.presenceDead(0),
                Keys.presenceOf(0, pod),
                Keys.crowds(0),
                MEMBERS);
        List<String> arguments = new ArrayList<>(List.of("epoch", "secret", "1", "1", pod, mode, server, crowd));
        for (String change : changes) {
            arguments.addAll(List.of(change.substring(0, 1), "1", ROOM, change.substring(1)));
        }
        return eval(PresenceScripts.APPLY, keys, arguments.toArray(String[]::new));
    }

    private static List<String> crowds() {
        return eval(PresenceScripts.CROWDS, List.of(Keys.crowds(0), Keys.crowdsTold(0)), "10", "60000").stream()
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private static void count() {
        List<String> keys = List.of(Keys.events(0), Keys.state(0), Keys.crowds(0), MEMBERS);
        eval(PresenceScripts.COUNT, keys, "epoch", "secret", "1", "1", ROOM);
    }

    private static List<String> members() {
        return REDIS.cli("HGETALL", MEMBERS)
                .lines()
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /// What the log has: type, and user or payload.
    private static List<String> told() {
        List<String> lines =
                REDIS.cli("XRANGE", Keys.events(0), "-", "+").lines().toList();
        List<String> told = new ArrayList<>();
        for (int i = 0; i + 1 < lines.size(); i++) {
            if (lines.get(i).equals("type")) {
                String payload = lines.get(i + 3);
                told.add(lines.get(i + 1) + " "
                        + (payload.contains("userId") ? payload.replaceAll(".*\"userId\":\"(.*)\".*", "$1") : payload));
            }
        }
        return told;
    }

    private static List<String> pods() {
        return List.of(Keys.presencePods(0), Keys.presenceDead(0));
    }

    private static List<String> eval(String script, List<String> keys, String... arguments) {
        List<String> command = new ArrayList<>(List.of("EVAL", script, Integer.toString(keys.size())));
        command.addAll(keys);
        command.addAll(List.of(arguments));
        return REDIS.cli(command.toArray(String[]::new)).lines().toList();
    }
}
