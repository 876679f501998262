package dev.freshet.contract.log;

/// The Lua script by which pods sum up what they do.
public final class StatsScripts {

    /// Takes a pod's figures and answers the sums over all pods, the same bytes for every pod until they are
    /// computed again.
    ///
    /// KEYS: pods, sums. ARGV: the pod; its figures, separated by spaces (connections by SSE, WebSocket and
    /// polling, users, events and deliveries per second); ms after which a pod that says nothing counts no more;
    /// ms for which sums hold. Every pod reads all events, so the fastest reader's rate is the log's. Answers
    /// JSON.
    public static final String REPORT = """
            #!lua
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local life = tonumber(ARGV[3])
            redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
            redis.call('PEXPIRE', KEYS[1], life)
            local known = redis.call('GET', KEYS[2])
            if known then return known end
            local pods, sums, events = 0, {0, 0, 0, 0, 0, 0}, 0
            local all = redis.call('HGETALL', KEYS[1])
            for i = 1, #all, 2 do
              local figures = {}
              for number in all[i + 1]:gmatch('%S+') do figures[#figures + 1] = tonumber(number) end
              if #figures ~= 7 or math.abs(now - figures[1]) > life then
                redis.call('HDEL', KEYS[1], all[i])
              else
                pods = pods + 1
                for n = 1, 6 do sums[n] = sums[n] + figures[n + 1] end
                events = math.max(events, figures[6])
              end
            end
            local answer = string.format('{"connections":{"sse":%.0f,"websocket":%.0f,"poll":%.0f},"pods":%d,'
              .. '"users":%.0f,"eventsPerSecond":%.1f,"deliveriesPerSecond":%.1f,"timestamp":%.0f}',
              sums[1], sums[2], sums[3], pods, sums[4], events, sums[6], now)
            redis.call('SET', KEYS[2], answer, 'PX', ARGV[4])
            return answer
            """;

    private StatsScripts() {}
}
