package dev.freshet.contract.log;

/// The Lua scripts that copy the log into histories, trim it and expire histories.
///
/// All of them go on when Redis is full (`allow-oom`), for else it could never become less full. Lua does not
/// roll back, so what was half done when a script ended early must be done again without harm: the watermark
/// moves last, and an entry that a history already has is not copied again. The rules and their order are those
/// of the delivery model (docs/adr/0004).
///
/// @see <a href="https://redis.io/docs/latest/develop/programmability/eval-intro/">Redis scripting</a>
public final class IndexScripts {

    /// Entries that one call of [#INDEX] should have at most; more would block Redis for long.
    public static final int MAX_ENTRIES = 250;

    /// Bytes that those entries should have at most, unless a single one has more.
    public static final int MAX_BYTES = 1024 * 1024;

    /// The server's clock, in ms, as a number and as the text of one.
    private static final String CLOCK = """
            local function text(number) return string.format('%.0f', number) end
            local function clock()
              local time = redis.call('TIME')
              return time[1] * 1000 + math.floor(time[2] / 1000)
            end
            """;

    /// Copies a batch of the log's entries into the histories of their channels, with the log's own ids, and
    /// keeps malformed ones aside; then moves `indexed` and `count`. Any number of indexers may race: the batch
    /// is applied only if epoch, `replid` and `indexed` are those that it was read with, and nothing vanished
    /// from the log uncopied.
    ///
    /// A history is cut to its bounds from its oldest entries on, and its own `max-deleted-entry-id` says what
    /// it no longer has; a new one inherits that from what is known of the channel. Something else than a stream
    /// in a history's place is left alone, and its channel registered so that its loss is known.
    /// One call should not have more than [#MAX_ENTRIES] entries and [#MAX_BYTES] bytes.
    ///
    /// KEYS: events, state, channels, rejected, then the batch's histories. ARGV: the epoch, `replid` and
    /// `indexed` that the batch was read with; entries and bytes that a history keeps at most, entries that the
    /// rejected stream keeps, about; the count of histories, and their channels; then per entry its id, the
    /// number of its history (0: of none, -1: into the rejected stream), the count of arguments and the
    /// arguments of `XADD`.
    ///
    /// Answers `{outcome, indexed, entries copied, copies refused because of the key's type}`. Outcomes:
    /// `applied`; `hole`, something was gone before it was copied, which is recorded now, and the batch must be
    /// read anew; `moved`, somebody else was first; `none`, there is no state; `another`, the log is not the one
    /// that the state speaks of; `renewed`, the epoch or the server is not that of the batch. An error of Redis
    /// about an entry is answered as it is, and the same batch may be applied again.
    public static final String INDEX =
            "#!lua flags=allow-oom\n" + Lua.IDS + Lua.NEIGHBOURS + Lua.SERVER + Lua.STREAM + Lua.ANOTHER + CLOCK + """
            local state = redis.call('HMGET', KEYS[2], 'epoch', 'replid', 'indexed', 'count', 'hole', 'floor')
            if not state[1] then return {'none', '0-0', 0, 0} end
            local indexed, count, floor = state[3] or '0-0', tonumber(state[4] or 0), state[6] or '0-0'
            local log = stream(KEYS[1])
            if another(log, indexed, count) then return {'another', indexed, 0, 0} end
            if state[1] ~= ARGV[1] or state[2] ~= ARGV[2] or server() ~= ARGV[2] then
              return {'renewed', indexed, 0, 0}
            end
            if indexed ~= ARGV[3] then return {'moved', indexed, 0, 0} end

            local trimmed = passed(log, indexed) and log.added - log.length > count
            local deleted = less(indexed, log.deleted)
            if trimmed or deleted then
              local hole = indexed
              if trimmed then hole = log.first == '0-0' and log.last or before(log.first) end
              if deleted then hole = greatest(hole, log.deleted) end
              -- All that is gone is at or below it. Of what is left there one is counted: too few are no harm until
              -- the log is deleted, and at its end the count is exact again.
              local gone = log.added - log.length
              count = passed(log, hole) and gone or math.max(count, gone) + 1
              redis.call('HSET', KEYS[2], 'indexed', hole, 'count', text(count),
                'hole', greatest(state[5] or '0-0', hole))
              return {'hole', hole, 0, 0}
            end

            local now, most, bytes = text(clock()), tonumber(ARGV[4]), tonumber(ARGV[5])
            local grown, copied, refused, previous = {}, 0, 0, indexed
            local function copy(which, id, from, to)
              local key, channel = KEYS[4 + which], ARGV[7 + which]
              local first, missing, lost = not grown[which], false, false
              if first then
                lost = redis.call('ZSCORE', KEYS[3], channel)
                missing = redis.call('EXISTS', key) == 0
                grown[which] = 0
              end
              local added = redis.pcall('XADD', key, id, unpack(ARGV, from, to))
              if type(added) ~= 'table' then
                grown[which], copied = grown[which] + 1, copied + 1
              elseif added.err:find('WRONGTYPE', 1, true) then
                refused = refused + 1
              elseif not added.err:find('equal or smaller', 1, true)
                  and not added.err:find('exhausted the last possible', 1, true) then
                return added
              end
              if missing then
                local inherited = least(lost and greatest(previous, floor) or floor, id)
                if inherited ~= '0-0' then
                  redis.call('XSETID', key, id, 'ENTRIESADDED', 1, 'MAXDELETEDID', inherited)
                end
              end
              if first then redis.call('ZADD', KEYS[3], now, channel) end
            end

            local at, entries, kept = 8 + ARGV[7], 0, {}
            while at <= #ARGV do
              local id, which, n = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
              if which > 0 then
                local failure = copy(which, id, at + 3, at + 2 + n)
                if failure then return failure end
              elseif which < 0 then
                kept[#kept + 1] = {at + 3, at + 2 + n}
              end
              previous, entries, at = id, entries + 1, at + 3 + n
            end

            -- What a batch added can always be taken away again; beyond that, a smaller bound is reached over time.
            local spare = 1000
            local function drop(which, length, n)
              local allowed = math.min(n, grown[which] + spare)
              if allowed < 1 then return false end
              local key, free = KEYS[4 + which], math.min(allowed, grown[which])
              grown[which], spare = grown[which] - free, spare - (allowed - free)
              -- Trimming costs a tenth of deleting, but does not say what it took: that is what the last one is for.
              if allowed > 1 then redis.call('XTRIM', key, 'MAXLEN', length - allowed + 1) end
              redis.call('XDEL', key, redis.call('XRANGE', key, '-', '+', 'COUNT', 1)[1][1])
              return true
            end
            for which = 1, tonumber(ARGV[7]) do
              local key = KEYS[4 + which]
              if grown[which] and redis.call('TYPE', key).ok == 'stream' then
                local length = redis.call('XLEN', key)
                if length > most and drop(which, length, length - most) then length = redis.call('XLEN', key) end
                while length > 1 do
                  local used = redis.call('MEMORY', 'USAGE', key, 'SAMPLES', 0)
                  if used <= bytes then break end
                  -- Half of what the mean asks for: the oldest may be larger than the others.
                  local step = math.max(1, math.floor(length * (used - bytes) / used / 2))
                  if not drop(which, length, math.min(step, length - 1)) then break end
                  length = redis.call('XLEN', key)
                end
              end
            end

            for _, range in ipairs(kept) do
              -- Something else than a stream there must not stop histories.
              redis.pcall('XADD', KEYS[4], 'MAXLEN', '~', ARGV[6], '*', unpack(ARGV, range[1], range[2]))
            end
            -- Exact where the log's end is reached: an entry that was deleted in between was never counted.
            count = previous == log.last and log.added or count + entries
            redis.call('HSET', KEYS[2], 'indexed', previous, 'count', text(count))
            return {'applied', previous, copied, refused}
            """;

    /// Takes one step of trimming the log: by age never past what histories have; by number and bytes whatever
    /// they have, and what was not copied by then becomes a hole. Whole nodes of the stream only, so some
    /// entries, at most
    /// one node of them, stay longer.
    ///
    /// KEYS: events, state. ARGV: ms that entries are kept, entries and bytes that the log keeps at most,
    /// entries that one step removes at most of each kind (must be far above a node's), nodes whose size is
    /// looked at before the rest is extrapolated (0: all of them, which takes some 25 ms for a million).
    ///
    /// Answers `{entries removed by age, by number or bytes, 1 if more is to be removed at once else 0, the
    /// log's length, its bytes, ms that its last id is ahead of the server's clock}`. Nothing is removed
    /// without a state, or if the log is not the one that the state speaks of.
    public static final String TRIM =
            "#!lua flags=allow-oom\n" + Lua.IDS + Lua.NEIGHBOURS + Lua.STREAM + Lua.ANOTHER + CLOCK + """
            local state = redis.call('HMGET', KEYS[2], 'epoch', 'indexed', 'count')
            local indexed, log = state[2] or '0-0', stream(KEYS[1])
            local now = clock()
            local ahead = text(log.last:match('^%d+') - now)
            local size = log.length > 0 and redis.call('MEMORY', 'USAGE', KEYS[1], 'SAMPLES', ARGV[5]) or 0
            if not state[1] or another(log, indexed, tonumber(state[3] or 0)) then
              return {0, 0, 0, log.length, size, ahead}
            end
            local limit = tonumber(ARGV[4])
            local below = least(text(math.max(0, now - ARGV[1])) .. '-0', after(indexed))
            local aged, over, most = 0, 0, tonumber(ARGV[2])
            if log.length > 0 and less(log.first, below) then
              aged = redis.call('XTRIM', KEYS[1], 'MINID', '~', below, 'LIMIT', limit)
            end
            local length = log.length - aged
            local bytes = log.length > 0 and size * length / log.length or 0
            local target = math.min(most, bytes > tonumber(ARGV[3]) and math.floor(length * ARGV[3] / bytes) or length)
            if length > target then
              over = redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', target, 'LIMIT', limit)
              length = length - over
            end
            local more = (aged > 0 and aged + 1000 > limit) or (over > 0 and length > target)
            return {aged, over, more and 1 or 0, length, size, ahead}
            """;

    /// Channels whose last copy is older than histories are kept.
    ///
    /// KEYS: channels. ARGV: ms that histories are kept, channels at most. Answers the channels, oldest first.
    public static final String STALE = "#!lua flags=no-writes\n" + CLOCK + """
            return redis.call('ZRANGE', KEYS[1], '-inf', '(' .. text(clock() - ARGV[1]), 'BYSCORE', 'LIMIT', 0, ARGV[2])
            """;

    /// Expires histories, so that it is known: `floor` rises to what each of them had, or, where a history is
    /// not there any more or something else is in its place, to all that was copied. A key of another type
    /// stays.
    ///
    /// KEYS: state, channels, then the histories. ARGV: ms that histories are kept, then the histories'
    /// channels. Answers how many channels expired; one that was copied to since is kept.
    public static final String EXPIRE = "#!lua flags=allow-oom\n" + Lua.IDS + Lua.STREAM + CLOCK + """
            local state = redis.call('HMGET', KEYS[1], 'epoch', 'indexed', 'floor')
            if not state[1] then return 0 end
            local indexed, floor, before, expired = state[2] or '0-0', state[3] or '0-0', clock() - ARGV[1], 0
            for i = 3, #KEYS do
              local copied = redis.call('ZSCORE', KEYS[2], ARGV[i - 1])
              if copied and tonumber(copied) < before then
                local history = redis.call('TYPE', KEYS[i]).ok == 'stream'
                floor = greatest(floor, history and stream(KEYS[i]).last or indexed)
                redis.call('HSET', KEYS[1], 'floor', floor)
                if history then redis.call('UNLINK', KEYS[i]) end
                redis.call('ZREM', KEYS[2], ARGV[i - 1])
                expired = expired + 1
              end
            end
            return expired
            """;

    /// Takes a lease, or keeps it, or gives it back.
    ///
    /// KEYS: lease. ARGV: who asks, ms until it ends (0: gives it back). Answers 1 if the lease is now the
    /// caller's.
    public static final String LEASE = "#!lua flags=allow-oom\n" + """
            local holder = redis.pcall('GET', KEYS[1])
            if type(holder) == 'string' and holder ~= ARGV[1] then return 0 end
            if ARGV[2] == '0' then
              if holder == ARGV[1] then redis.call('DEL', KEYS[1]) end
              return 0
            end
            redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            return 1
            """;

    private IndexScripts() {}
}
