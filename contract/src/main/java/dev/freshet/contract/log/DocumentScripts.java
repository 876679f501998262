package dev.freshet.contract.log;

/// The Lua scripts that change and read shared documents.
///
/// An edit and the event that tells of it are one step, so the log has every version once and in order, and no
/// two editors can both follow upon the same one.
public final class DocumentScripts {

    /// Makes the next version of a document, unless it has another one than its editor wants, and tells its
    /// followers: `content-update {content, version, userId}`. Once per idempotency key.
    ///
    /// A document that is not there has version 0. A refused edit leaves its idempotency key unused.
    ///
    /// KEYS: events, state, document, and the idempotency key if there is one. ARGV: epoch and secret for a new
    /// state, partitions, layout; fingerprint of the request, seconds to remember it; channel, user, content; the
    /// versions of which it must have one, and those of which it must have none: each `,3,4,`, or `*` for all of
    /// a document that is there, or empty text for no such wish; ms after which it expires if nobody edits it, 0
    /// for never; `traceparent` or empty text. Answers `{'saved' | 'repeated' | 'stale', version}`, the latter
    /// with the version that stands, or `{'conflict'}` for the same key with another fingerprint.
    public static final String EDIT = "#!lua\n" + Lua.SERVER + Lua.OPEN + Lua.PROOF + """
            if KEYS[4] then
              local first = redis.call('GET', KEYS[4])
              if first then
                local answer = cjson.decode(first)
                if answer[1] ~= ARGV[5] then return {'conflict'} end
                return {'repeated', answer[2]}
              end
            end
            local channel, user, content, wanted, unwanted = unpack(ARGV, 7, 11)
            local stands = redis.call('HGET', KEYS[3], 'version') or '0'
            local function named(versions)
              if versions == '*' then return stands ~= '0' end
              return versions:find(',' .. stands .. ',', 1, true) ~= nil
            end
            if (wanted ~= '' and not named(wanted)) or (unwanted ~= '' and named(unwanted)) then
              return {'stale', stands}
            end
            local version = ('%.0f'):format(tonumber(stands) + 1)
            local _, secret = open(KEYS[2], unpack(ARGV, 1, 4))
            local more = {'actor', user}
            if ARGV[13] ~= '' then more = {'actor', user, 'traceparent', ARGV[13]} end
            tell(KEYS[1], secret, channel, 'content-update',
              '{"content":' .. content .. ',"version":' .. version .. ',"userId":"' .. user .. '"}', unpack(more))
            redis.call('HSET', KEYS[3], 'content', content, 'version', version)
            if ARGV[12] == '0' then
              redis.call('PERSIST', KEYS[3])
            else
              redis.call('PEXPIRE', KEYS[3], ARGV[12])
            end
            if KEYS[4] then redis.call('SET', KEYS[4], cjson.encode({ARGV[5], version}), 'EX', ARGV[6]) end
            return {'saved', version}
            """;

    /// Reads a document; when Redis is full, too. KEYS: document. Answers `{content, version}`, each nil if there
    /// is none.
    public static final String READ = """
            #!lua flags=no-writes
            return redis.call('HMGET', KEYS[1], 'content', 'version')
            """;

    /// Tells a document's followers where a user's cursor is, `cursor-move {userId, line, column}`, ephemeral,
    /// but not before some time has passed since the last one: until then the newest position waits, in place of
    /// any that waited before. Whoever put it there comes back for it; a newer one that comes later goes instead.
    ///
    /// KEYS: events, state, cursor. ARGV: epoch and secret for a new state, partitions, layout; channel, user,
    /// the event's payload or empty text to come back, the ms between two. Answers `{events appended, ms after
    /// which to come back}`, the latter 0 if nothing waits.
    public static final String MOVE = "#!lua\n" + Lua.SERVER + Lua.OPEN + Lua.PROOF + """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local last, waiting = unpack(redis.call('HMGET', KEYS[3], 'at', 'waiting'))
            local payload = ARGV[7] ~= '' and ARGV[7] or waiting
            if not payload then return {0, 0} end
            local pause = tonumber(ARGV[8])
            local passed = last and now - tonumber(last) or pause
            -- A clock that was set back is no reason to wait.
            if passed >= 0 and passed < pause then
              redis.call('HSET', KEYS[3], 'waiting', payload)
              redis.call('EXPIRE', KEYS[3], 60)
              return {0, pause - passed}
            end
            local _, secret = open(KEYS[2], unpack(ARGV, 1, 4))
            tell(KEYS[1], secret, ARGV[5], 'cursor-move', payload, 'actor', ARGV[6], 'ephemeral', '1')
            redis.call('HSET', KEYS[3], 'at', now)
            redis.call('HDEL', KEYS[3], 'waiting')
            redis.call('EXPIRE', KEYS[3], 60)
            return {1, 0}
            """;

    private DocumentScripts() {}
}
