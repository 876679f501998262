package dev.freshet.contract.log;

/// The Lua scripts by which pods keep who is present on a channel.
///
/// A user is present while at least one pod says so. Each pod speaks under an id of its own, which it drops for a
/// new one whenever it cannot know what became of what it said. What an id said is removed when its pod does not
/// say any more that it lives. Every step may be repeated: what it finds done it does not tell again.
public final class PresenceScripts {

    /// Lets a pod take part.
    ///
    /// KEYS: pods. ARGV: the pod. Answers the server's `master_replid`: under another one, what the pod said may
    /// be lost, and it begins again.
    public static final String ENTER = "#!lua\n" + Lua.SERVER + """
            redis.call('HSET', KEYS[1], ARGV[1], 0)
            return server()
            """;

    /// Says that a pod lives. Runs on a full Redis too, for a pod that may not say so would be taken for dead.
    ///
    /// KEYS: pods, dead. ARGV: the pod, the `master_replid` under which it entered. Answers `{'renewed', {pod,
    /// how often it said so, …}, {dead pod, …}}`, or `{'gone'}` if it has to enter again.
    public static final String RENEW = "#!lua flags=allow-oom\n" + Lua.SERVER + """
            if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 or server() ~= ARGV[2] then return {'gone'} end
            redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
            return {'renewed', redis.call('HGETALL', KEYS[1]), redis.call('SMEMBERS', KEYS[2])}
            """;

    /// Takes a pod for dead, if it has said nothing since.
    ///
    /// KEYS: pods, dead. ARGV: the pod, how often it had said that it lives; empty if that does not matter.
    /// Answers 1 if it is taken for dead now.
    public static final String BURY = "#!lua flags=allow-oom\n" + """
            local said = redis.call('HGET', KEYS[1], ARGV[1])
            if not said or (ARGV[2] ~= '' and said ~= ARGV[2]) then return 0 end
            redis.call('SADD', KEYS[2], ARGV[1])
            redis.call('HDEL', KEYS[1], ARGV[1])
            return 1
            """;

    /// Enters and removes members, and tells it where that makes a user present or absent.
    ///
    /// KEYS: events, state, pods, dead, what the pod entered, crowds; then each channel's presence. ARGV: epoch
    /// and secret for a new state, partitions, layout; the pod; `live` if it speaks for itself, `dead` if others
    /// remove what it entered; the `master_replid` under which it entered; above how many members a channel is a
    /// crowd; then per member `+` or `-`, the number of the channel's key, channel, user.
    ///
    /// Answers `{'done', joins told, leaves told}`, or `{'gone'}`, and nothing is done, if the pod is not what it
    /// is said to be. A key of another type is left alone.
    public static final String APPLY = "#!lua\n" + Lua.SERVER + Lua.OPEN + Lua.PROOF + """
            local pod, crowd = ARGV[5], tonumber(ARGV[8])
            if ARGV[6] == 'live' then
              if redis.call('HEXISTS', KEYS[3], pod) == 0 or server() ~= ARGV[7] then return {'gone'} end
            elseif redis.call('SISMEMBER', KEYS[4], pod) == 0 then
              return {'gone'}
            end
            local _, secret = open(KEYS[2], unpack(ARGV, 1, 4))
            local joins, leaves = 0, 0
            local function changed(key, channel, user, before, kind)
              if math.max(before, redis.call('HLEN', key)) > crowd then
                redis.call('SADD', KEYS[6], channel)
                return 0
              end
              tell(KEYS[1], secret, channel, kind, '{"id":"' .. user .. '","userId":"' .. user .. '"}',
                'actor', user, 'ephemeral', '1', 'exclude', user)
              return 1
            end
            for at = 9, #ARGV, 4 do
              local key, channel, user = KEYS[6 + tonumber(ARGV[at + 1])], ARGV[at + 2], ARGV[at + 3]
              local kind = redis.call('TYPE', key).ok
              if kind == 'hash' or kind == 'none' then
                local pods = redis.call('HGET', key, user)
                local before = redis.call('HLEN', key)
                local rest = {}
                for each in (pods or ''):gmatch('%S+') do
                  if each ~= pod then rest[#rest + 1] = each end
                end
                if ARGV[at] == '+' then
                  rest[#rest + 1] = pod
                  redis.call('HSET', key, user, table.concat(rest, ' '))
                  redis.call('SADD', KEYS[5], channel .. ' ' .. user)
                  if not pods then joins = joins + changed(key, channel, user, before, 'user-joined') end
                else
                  redis.call('SREM', KEYS[5], channel .. ' ' .. user)
                  if #rest > 0 then
                    redis.call('HSET', key, user, table.concat(rest, ' '))
                  elseif pods then
                    redis.call('HDEL', key, user)
                    leaves = leaves + changed(key, channel, user, before, 'user-left')
                  end
                end
              elseif ARGV[at] == '-' then
                redis.call('SREM', KEYS[5], channel .. ' ' .. user)
              end
            end
            return {'done', joins, leaves}
            """;

    /// Crowds whose count is to be told, unless that was done less than a second ago.
    ///
    /// KEYS: crowds, told. ARGV: how many at most, ms that have to lie between. Answers channels.
    public static final String CROWDS = "#!lua\n" + """
            if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
            if not redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[2]) then return {} end
            return redis.call('SRANDMEMBER', KEYS[1], ARGV[1])
            """;

    /// Tells counts, each if nobody else has done so.
    ///
    /// KEYS: events, state, crowds; then each channel's presence. ARGV: epoch and secret for a new state,
    /// partitions, layout; then the channels.
    public static final String COUNT = "#!lua\n" + Lua.SERVER + Lua.OPEN + Lua.PROOF + """
            local _, secret = open(KEYS[2], unpack(ARGV, 1, 4))
            for i = 5, #ARGV do
              local key = KEYS[i - 1]
              local kind = redis.call('TYPE', key).ok
              if redis.call('SREM', KEYS[3], ARGV[i]) == 1 and (kind == 'hash' or kind == 'none') then
                local count = redis.call('HLEN', key)
                tell(KEYS[1], secret, ARGV[i], 'presence-changed', '{"count":' .. count .. '}', 'ephemeral', '1')
              end
            end
            return #ARGV - 4
            """;

    private PresenceScripts() {}
}
