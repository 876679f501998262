package dev.freshet.contract.log;

/// The Lua scripts that touch the log: the only way in which Freshet writes to it.
///
/// A script is one step for every other client of Redis, so state and stream cannot disagree in between. Lua does not
/// roll back, so each checks first and writes last. `#!lua` without flags makes Redis refuse the whole script when
/// it is out of memory, before it ran.
///
/// @see <a href="https://redis.io/docs/latest/develop/programmability/eval-intro/">Redis scripting</a>
public final class LogScripts {

    private static final String OPEN_STATE = """
            local function open(events, state, offered, partitions, layout)
              local epoch = redis.call('HGET', state, 'epoch')
              if not epoch then
                redis.call('HSET', state, 'epoch', offered, 'partitions', partitions, 'layout', layout)
                return offered
              end
              return epoch
            end
            """;

    /// Reads the facts of a partition and makes its state where there is none.
    ///
    /// KEYS: events, state. ARGV: the epoch for a new state, partitions, layout.
    /// Answers `{epoch, partitions, layout, last-generated-id, max-deleted-entry-id, gone}`, the last being the
    /// number of entries that were ever added and are not there any more.
    public static final String FACTS = "#!lua\n" + OPEN_STATE + """
            local epoch = open(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3])
            local settings = redis.call('HMGET', KEYS[2], 'partitions', 'layout')
            local facts = {['last-generated-id'] = '0-0', ['max-deleted-entry-id'] = '0-0'}
            facts['entries-added'], facts['length'] = 0, 0
            if redis.call('EXISTS', KEYS[1]) == 1 then
              local info = redis.call('XINFO', 'STREAM', KEYS[1])
              for i = 1, #info, 2 do facts[info[i]] = info[i + 1] end
            end
            return {
              epoch, settings[1], settings[2],
              facts['last-generated-id'], facts['max-deleted-entry-id'], facts['entries-added'] - facts['length']
            }
            """;

    /// Appends events to one partition, all or none, once per idempotency key.
    ///
    /// KEYS: events, state, and the idempotency key if there is one.
    /// ARGV: the epoch for a new state, partitions, layout, fingerprint of the request, seconds to remember
    /// it; then per entry the count of its arguments and the arguments of `XADD`.
    /// Answers `{'appended' | 'repeated', epoch, id…}`, or `{'conflict'}` for the same key with
    /// another fingerprint.
    public static final String APPEND = "#!lua\n" + OPEN_STATE + """
            if KEYS[3] then
              local first = redis.call('GET', KEYS[3])
              if first then
                local answer = cjson.decode(first)
                if answer[1] ~= ARGV[4] then return {'conflict'} end
                answer[1] = 'repeated'
                return answer
              end
            end
            local answer = {'appended', open(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3])}
            local at = 6
            while at <= #ARGV do
              local n = tonumber(ARGV[at])
              answer[#answer + 1] = redis.call('XADD', KEYS[1], '*', unpack(ARGV, at + 1, at + n))
              at = at + n + 1
            end
            if KEYS[3] then
              answer[1] = ARGV[4]
              redis.call('SET', KEYS[3], cjson.encode(answer), 'EX', ARGV[5])
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

    /// Moves the inspection's watermark, and keeps what was found malformed, once however many replicas inspect.
    ///
    /// KEYS: state, rejected. ARGV: the watermark that the batch was read from, the new one, the rejected stream's
    /// cap; then per malformed entry the count of its arguments and the arguments of `XADD`.
    /// Answers `{1, watermark}` if the batch was applied, else `{0, watermark}` with the one that stands.
    /// Two replicas may have read the same batch, so the watermark alone does not tell whose was applied.
    public static final String INSPECT = """
            #!lua
            local stands = redis.call('HGET', KEYS[1], 'inspected') or '0-0'
            if stands ~= ARGV[1] then return {0, stands} end
            local at = 4
            while at <= #ARGV do
              local n = tonumber(ARGV[at])
              redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', unpack(ARGV, at + 1, at + n))
              at = at + n + 1
            end
            redis.call('HSET', KEYS[1], 'inspected', ARGV[2])
            return {1, ARGV[2]}
            """;

    private LogScripts() {}
}
