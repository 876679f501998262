package dev.freshet.contract.log;

/// The Lua scripts that touch the log: the only way in which Freshet writes to it.
///
/// A script is one step for every other client of Redis, so state and stream cannot disagree in between. Lua
/// does not roll back, so each checks first and writes last. `#!lua` without flags makes Redis refuse the whole
/// script when it is out of memory, before it ran; [#RENEW] runs even then, for without it nothing is indexed,
/// trimmed and freed.
///
/// @see <a href="https://redis.io/docs/latest/develop/programmability/eval-intro/">Redis scripting</a>
public final class LogScripts {

    /// Makes a partition's state where there is none.
    ///
    /// KEYS: state. ARGV: epoch and secret for a new state, partitions, layout. Answers the epoch that stands.
    public static final String OPEN = "#!lua\n" + Lua.SERVER + Lua.OPEN + """
            return (open(KEYS[1], unpack(ARGV)))
            """;

    /// Reads how the server is set up that has a partition. Without `#!lua`, which a Redis before 7 does not know:
    /// it, too, has to be able to say what it is.
    ///
    /// KEYS: state. Answers `{redis_version, maxmemory, maxmemory_policy, aof_enabled}` as `INFO` has them; what it
    /// does not have is empty text.
    public static final String SERVER = """
            local function told(section, name)
              return redis.call('INFO', section):match('\\n' .. name .. ':([^\\r\\n]*)') or ''
            end
            return {told('server', 'redis_version'), told('memory', 'maxmemory'), told('memory', 'maxmemory_policy'),
              told('persistence', 'aof_enabled')}
            """;

    /// Reads the facts of a partition, all of one moment; on a replica too, and when Redis is full.
    ///
    /// KEYS: events, state. Answers `{partitions, layout, epoch, replid, forks, indexed, count, hole, floor, the
    /// server's replid, last-generated-id, max-deleted-entry-id, entries-added, length, first entry's id,
    /// secret}`. What the state does not have is empty text; without an epoch there is no state. The first
    /// entry's id is `0-0` where there is none.
    public static final String FACTS = "#!lua flags=no-writes\n" + Lua.SERVER + Lua.STREAM + """
            local answer = redis.call('HMGET', KEYS[2],
              'partitions', 'layout', 'epoch', 'replid', 'forks', 'indexed', 'count', 'hole', 'floor')
            for i = 1, 9 do answer[i] = answer[i] or '' end
            local log = stream(KEYS[1])
            answer[10] = server()
            answer[11], answer[12], answer[13] = log.last, log.deleted, log.added
            answer[14], answer[15] = log.length, log.first
            answer[16] = redis.call('HGET', KEYS[2], 'secret') or ''
            return answer
            """;

    /// Gives the log a new epoch where it is no longer, or perhaps no longer, the one that the state speaks of.
    ///
    /// After a change of the server's `replid` (a restart, a failover) the old epoch is recorded as a fork: the
    /// new log shares it up to `indexed`, for the log up to there and `indexed` were replicated together, or
    /// further, up to an entry that the caller read itself and finds in the new log unchanged. A later caller
    /// adds what it knows to the record. Where the log is another one altogether (somebody deleted the key),
    /// nothing is shared, and no history at or below what was copied can be trusted. A log that ends before what
    /// the caller read is no other one if it has an entry of that: its end was lost with a server.
    ///
    /// KEYS: events, state. ARGV: the epoch and the `replid` that the state had when it was read, the server's
    /// `replid` of then, the epoch for the new state; then what the caller read itself, each empty if nothing:
    /// its epoch, the newest place that it has in common with the log, the last id it read, and how many entries
    /// were ever added up to that. Answers `{'renewed' | 'raised' | 'another' | 'changed', epoch, forks}`;
    /// `changed`: somebody else was first, and the caller begins again from the facts.
    public static final String RENEW =
            "#!lua flags=allow-oom\n" + Lua.IDS + Lua.SERVER + Lua.STREAM + Lua.ANOTHER + """
            local epoch, replid = unpack(redis.call('HMGET', KEYS[2], 'epoch', 'replid'))
            local here = server()
            if (epoch or '') ~= ARGV[1] or (replid or '') ~= ARGV[2] or here ~= ARGV[3] or not epoch then
              return {'changed', epoch or '', ''}
            end
            local offered, own, common, seen, ordinal = ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
            local state = redis.call('HMGET', KEYS[2], 'indexed', 'count', 'hole', 'floor', 'forks')
            local indexed, count = state[1] or '0-0', tonumber(state[2] or 0)
            local log = stream(KEYS[1])
            if another(log, indexed, count)
                or (own == epoch and common == '' and seen ~= '' and another(log, seen, tonumber(ordinal))) then
              local hole = greatest(greatest(state[3] or '0-0', state[4] or '0-0'), indexed)
              redis.call('HSET', KEYS[2], 'epoch', offered, 'replid', here, 'forks', '',
                'indexed', '0-0', 'count', 0, 'hole', hole, 'floor', hole)
              return {'another', offered, ''}
            end
            local forks = {}
            for old, id in (state[5] or ''):gmatch('(%w+) (%d+%-%d+)') do forks[#forks + 1] = {old, id} end
            local function record(old, id)
              for _, fork in ipairs(forks) do
                if fork[1] == old then
                  fork[2] = greatest(fork[2], id)
                  return
                end
              end
              forks[#forks + 1] = {old, id}
            end
            local outcome = 'raised'
            if here ~= replid then
              outcome = 'renewed'
              record(epoch, common ~= '' and own == epoch and greatest(indexed, common) or indexed)
            end
            if common ~= '' and own ~= epoch then record(own, common) end
            while #forks > 8 do table.remove(forks, 1) end
            local list = {}
            for i, fork in ipairs(forks) do list[i] = fork[1] .. ' ' .. fork[2] end
            local text = table.concat(list, ' ')
            if outcome == 'renewed' then epoch = offered end
            redis.call('HSET', KEYS[2], 'epoch', epoch, 'replid', here, 'forks', text)
            return {outcome, epoch, text}
            """;

    /// Appends events to one partition, all or none, once per idempotency key. An entry whose last field is an
    /// empty `proof` is Freshet's own and gets one.
    ///
    /// KEYS: events, state, and the idempotency key if there is one.
    /// ARGV: epoch and secret for a new state, partitions, layout, fingerprint of the request, seconds to
    /// remember it; then per entry the count of its arguments and the arguments of `XADD`.
    /// Answers `{'appended' | 'repeated', epoch, id…}`, or `{'conflict'}` for the same key with
    /// another fingerprint.
    public static final String APPEND = "#!lua\n" + Lua.SERVER + Lua.OPEN + Lua.PROOF + """
            if KEYS[3] then
              local first = redis.call('GET', KEYS[3])
              if first then
                local answer = cjson.decode(first)
                if answer[1] ~= ARGV[5] then return {'conflict'} end
                answer[1] = 'repeated'
                return answer
              end
            end
            local epoch, secret = open(KEYS[2], unpack(ARGV, 1, 4))
            local answer = {'appended', epoch}
            local at = 7
            while at <= #ARGV do
              local last = at + tonumber(ARGV[at])
              if ARGV[last - 1] == 'proof' then ARGV[last] = proof(secret, ARGV[at + 2], ARGV[at + 4], ARGV[at + 6]) end
              answer[#answer + 1] = redis.call('XADD', KEYS[1], '*', unpack(ARGV, at + 1, last))
              at = last + 1
            end
            if KEYS[3] then
              answer[1] = ARGV[5]
              redis.call('SET', KEYS[3], cjson.encode(answer), 'EX', ARGV[6])
              answer[1] = 'appended'
            end
            return answer
            """;

    /// Binds an idempotency key to one request, where its events are spread over several partitions.
    ///
    /// KEYS: an idempotency key. ARGV: fingerprint of the request, seconds to remember it.
    /// Answers 1 if the key is this request's, else 0.
    public static final String CLAIM = """
            #!lua
            local first = redis.call('GET', KEYS[1])
            if not first then
              redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
              return 1
            end
            return first == ARGV[1] and 1 or 0
            """;

    private LogScripts() {}
}
