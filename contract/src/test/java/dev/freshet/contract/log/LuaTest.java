package dev.freshet.contract.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.event.StreamId;
import dev.freshet.testkit.RedisServer;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// The functions that scripts share, beyond the range in which Lua's numbers are exact.
class LuaTest {

    private static final RedisServer REDIS = RedisServer.start();

    /// Ascending.
    private static final List<String> IDS = List.of(
            "0-0",
            "0-1",
            "0-18446744073709551615",
            "1-0",
            "9-9",
            "9-10",
            "10-0",
            "1700000000000-0",
            "1700000000000-9007199254740993",
            "9007199254740992-0",
            "9007199254740993-0",
            "18446744073709551615-0",
            "18446744073709551615-18446744073709551614",
            "18446744073709551615-18446744073709551615");

    @AfterAll
    static void stop() {
        REDIS.close();
    }

    @Test
    void idsAreComparedAsUnsignedNumbers() {
        for (String a : IDS) {
            for (String b : IDS) {
                boolean less = id(a).compareTo(id(b)) < 0;
                assertThat(eval("return {tostring(less(ARGV[1], ARGV[2])), greatest(ARGV[1], ARGV[2])}", a, b))
                        .as("%s < %s", a, b)
                        .containsExactly(Boolean.toString(less), less ? b : a);
            }
        }
    }

    @Test
    void anIdHasNeighbours() {
        assertThat(around("1-1")).containsExactly("1-0", "1-2");
        assertThat(around("1-0")).containsExactly("0-18446744073709551615", "1-1");
        assertThat(around("1000-100")).containsExactly("1000-99", "1000-101");
        assertThat(around("1000-0")).containsExactly("999-18446744073709551615", "1000-1");
        assertThat(around("19-199")).containsExactly("19-198", "19-200");
        assertThat(around("99-18446744073709551615")).containsExactly("99-18446744073709551614", "100-0");
        assertThat(around("0-0")).containsExactly("0-0", "0-1");
        assertThat(around("18446744073709551615-18446744073709551615"))
                .containsExactly(
                        "18446744073709551615-18446744073709551614", "18446744073709551615-18446744073709551615");
        assertThat(around("5-9007199254740993")).containsExactly("5-9007199254740992", "5-9007199254740994");
    }

    private static StreamId id(String text) {
        return Objects.requireNonNull(StreamId.parse(text));
    }

    private static List<String> around(String id) {
        return eval("return {before(ARGV[1]), after(ARGV[1])}", id);
    }

    private static List<String> eval(String script, String... arguments) {
        String[] command = new String[3 + arguments.length];
        command[0] = "EVAL";
        command[1] = Lua.IDS + Lua.NEIGHBOURS + script;
        command[2] = "0";
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        return REDIS.cli(command).lines().toList();
    }
}
