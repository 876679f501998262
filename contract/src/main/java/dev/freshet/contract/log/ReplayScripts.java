package dev.freshet.contract.log;

/// The Lua scripts that read what a channel had, out of its history and out of the log. They write nothing.
///
/// What can be said about a range and the range itself are of one moment, for both are read in one script.
public final class ReplayScripts {

    /// `fields(entry)`: an entry's fields by name.
    private static final String FIELDS = """
            local function fields(entry)
              local named = {}
              for i = 1, #entry[2], 2 do named[entry[2][i]] = entry[2][i + 1] end
              return named
            end
            """;

    /// Reads the next page of what one channel had behind a place, up to the window's beginning.
    ///
    /// KEYS: events, state, history, channels. ARGV: the channel, the reader's epoch, the place, the window's
    /// beginning, the most entries of a page, the most entries of the log to look at.
    ///
    /// Answers `{'history' | 'log' | 'scan', end, entry…}`: all that the channel had behind the place, up to and
    /// including `end`, and where that came from; entries as `XRANGE` gives them, without ephemeral ones. A `scan`
    /// is of the log, too, but where the history should have answered and cannot: there may be much of it.
    /// `{'trimmed'}`: nobody can say any more what it had.
    /// `{'changed'}`: the log is not, or no longer, the one of the reader's epoch.
    public static final String PAGE =
            "#!lua flags=no-writes\n" + Lua.IDS + Lua.SERVER + Lua.STREAM + Lua.ANOTHER + FIELDS + """
            local channel, from, upto = ARGV[1], ARGV[3], ARGV[4]
            local state = redis.call('HMGET', KEYS[2], 'epoch', 'replid', 'indexed', 'count', 'hole', 'floor')
            local indexed, count = state[3] or '0-0', tonumber(state[4] or 0)
            local log = stream(KEYS[1])
            if state[1] ~= ARGV[2] or state[2] ~= server() or another(log, indexed, count) then
              return {'changed'}
            end

            local function whole(place)
              local gone = log.added - log.length
              local trimmed = passed(log, place) and gone > 0 and (less(place, indexed) or gone > count)
              return not trimmed and not less(place, log.deleted)
            end
            local function from_log(kind)
              if not whole(from) then return {'trimmed'} end
              local entries = redis.call('XRANGE', KEYS[1], '(' .. from, upto, 'COUNT', ARGV[6])
              local answer = {kind, #entries < tonumber(ARGV[6]) and upto or entries[#entries][1]}
              for _, entry in ipairs(entries) do
                local named = fields(entry)
                if named.channel == channel and named.ephemeral ~= '1' then answer[#answer + 1] = entry end
              end
              return answer
            end

            if not less(from, indexed) then return from_log('log') end
            local kind = redis.call('TYPE', KEYS[3]).ok
            local bound = state[5] or '0-0'
            local vanished = false
            if kind == 'stream' then
              bound = greatest(bound, stream(KEYS[3]).deleted)
            else
              bound = greatest(bound, state[6] or '0-0')
              vanished = kind ~= 'none' or redis.call('ZSCORE', KEYS[4], channel)
            end
            if vanished or less(from, bound) then return from_log('scan') end
            -- What the log lost behind histories will be missing in the end: told at once, and not after a replay.
            if less(indexed, upto) and not whole(indexed) then return {'trimmed'} end
            local last = least(indexed, upto)
            if kind == 'none' then return {'history', last} end
            local entries = redis.call('XRANGE', KEYS[3], '(' .. from, last, 'COUNT', ARGV[5])
            if #entries == tonumber(ARGV[5]) then last = entries[#entries][1] end
            return {'history', last, unpack(entries)}
            """;

    /// Reads the newest entries of one channel at or below a place, without ephemeral ones, and only those of one
    /// type if one is given. It promises nothing about what else there was.
    ///
    /// KEYS: events, state, history. ARGV: the channel, the place, how many (up to 100), the type or empty text,
    /// the most entries of the log to look at. Answers entries as `XREVRANGE` gives them, newest first.
    public static final String NEWEST = "#!lua flags=no-writes\n" + Lua.IDS + FIELDS + """
            local channel, upto, wanted, kind = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
            local indexed = redis.call('HGET', KEYS[2], 'indexed') or '0-0'
            local answer = {}
            local function take(entries)
              for _, entry in ipairs(entries) do
                local named = fields(entry)
                if #answer < wanted and named.channel == channel and named.ephemeral ~= '1'
                    and (kind == '' or named.type == kind) then
                  answer[#answer + 1] = entry
                end
              end
            end
            if less(indexed, upto) and redis.call('TYPE', KEYS[1]).ok == 'stream' then
              take(redis.call('XREVRANGE', KEYS[1], upto, '(' .. indexed, 'COUNT', ARGV[5]))
            end
            if redis.call('TYPE', KEYS[3]).ok == 'stream' then
              local last = least(indexed, upto)
              while #answer < wanted do
                local entries = redis.call('XREVRANGE', KEYS[3], last, '-', 'COUNT', 100)
                take(entries)
                if #entries < 100 then break end
                last = '(' .. entries[#entries][1]
              end
            end
            return answer
            """;

    private ReplayScripts() {}
}
