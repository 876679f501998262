package dev.freshet.contract.log;

/// Functions that scripts share, to be put before them.
///
/// Ids are compared as text: Lua's numbers are exact up to 2⁵³ only, and an id may be any pair of 64-bit numbers.
final class Lua {

    /// `less(a, b)`, `greatest(a, b)`, `least(a, b)` of stream ids.
    static final String IDS = """
            local function number_less(a, b)
              if #a ~= #b then return #a < #b end
              return a < b
            end
            local function less(a, b)
              local a_ms, a_seq = a:match('^(%d+)-(%d+)$')
              local b_ms, b_seq = b:match('^(%d+)-(%d+)$')
              if a_ms ~= b_ms then return number_less(a_ms, b_ms) end
              return number_less(a_seq, b_seq)
            end
            local function greatest(a, b) return less(a, b) and b or a end
            local function least(a, b) return less(a, b) and a or b end
            """;

    /// `before(id)`, the greatest id below another, and `after(id)`, the least above it. Needs [#IDS].
    static final String NEIGHBOURS = """
            local most = '18446744073709551615'
            local function less_one(n)
              local head, digit, zeros = n:match('^(%d*)([1-9])(0*)$')
              local text = head .. (tonumber(digit) - 1) .. ('9'):rep(#zeros)
              return (text:gsub('^0+(%d)', '%1'))
            end
            local function more_one(n)
              local head, digit, nines = n:match('^(%d-)([0-8]?)(9*)$')
              if digit == '' then digit = '0' end
              return head .. (tonumber(digit) + 1) .. ('0'):rep(#nines)
            end
            local function before(id)
              local ms, seq = id:match('^(%d+)-(%d+)$')
              if seq ~= '0' then return ms .. '-' .. less_one(seq) end
              if ms == '0' then return '0-0' end
              return less_one(ms) .. '-' .. most
            end
            local function after(id)
              local ms, seq = id:match('^(%d+)-(%d+)$')
              if seq ~= most then return ms .. '-' .. more_one(seq) end
              if ms == most then return id end
              return more_one(ms) .. '-0'
            end
            """;

    /// `server()`: the `master_replid` of whoever runs the script, on a replica that of its primary.
    static final String SERVER = """
            local function server()
              return redis.call('INFO', 'replication'):match('master_replid:(%x+)')
            end
            """;

    /// `open(state, epoch, secret, partitions, layout)`: makes a partition's state where there is none; the epoch
    /// and the secret that stand. Needs [#SERVER].
    static final String OPEN = """
            local function open(state, epoch, secret, partitions, layout)
              local stands = redis.call('HMGET', state, 'epoch', 'secret')
              if stands[1] then return stands[1], stands[2] or '' end
              redis.call('HSET', state, 'epoch', epoch, 'secret', secret, 'partitions', partitions,
                'layout', layout, 'replid', server())
              return epoch, secret
            end
            """;

    /// `proof(secret, channel, type, payload)`: that an entry is Freshet's own, as [Proof] checks it.
    /// `tell(key, secret, channel, type, payload, field…)`: appends such an entry; its id.
    static final String PROOF = """
            local function proof(secret, channel, kind, payload)
              local text = channel .. ' ' .. kind .. ' ' .. payload
              return redis.sha1hex(secret .. redis.sha1hex(secret .. text))
            end
            local function tell(key, secret, channel, kind, payload, ...)
              return redis.call('XADD', key, '*', 'channel', channel, 'type', kind, 'payload', payload,
                'proof', proof(secret, channel, kind, payload), ...)
            end
            """;

    /// `stream(key)`: the facts of a stream, those of an empty one where there is none. An error of Redis, such
    /// as one about a key of another type, ends the script.
    static final String STREAM = """
            local function stream(key)
              local facts = {last = '0-0', deleted = '0-0', first = '0-0', added = 0, length = 0}
              if redis.call('EXISTS', key) == 0 then return facts end
              local info = redis.call('XINFO', 'STREAM', key)
              for i = 1, #info, 2 do
                local name, value = info[i], info[i + 1]
                if name == 'last-generated-id' then facts.last = value
                elseif name == 'max-deleted-entry-id' then facts.deleted = value
                elseif name == 'recorded-first-entry-id' then facts.first = value
                elseif name == 'entries-added' then facts.added = value
                elseif name == 'length' then facts.length = value end
              end
              return facts
            end
            """;

    /// `passed(stream, id)`: whether all up to an id is gone; then what is gone tells whether more is.
    /// `another(stream, seen, count)`: whether this cannot be the stream of which so many entries were seen, the
    /// last with this id. Needs [#IDS].
    static final String ANOTHER = """
            local function passed(log, id) return log.first == '0-0' or less(id, log.first) end
            local function another(log, seen, count)
              return less(log.last, seen) or (passed(log, seen) and log.added - log.length < count)
            end
            """;

    private Lua() {}
}
