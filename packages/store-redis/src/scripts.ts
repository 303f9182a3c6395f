import { createHash } from 'node:crypto'

/** A Lua script and the name that Redis keeps it under. */
export interface Script {
  readonly lua: string
  readonly sha: string
}

function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') }
}

// How long Redis keeps a collection whose records have all expired. Also how long a collection can be written to before it
// has to be told again to stay longer.
const slack = 60_000
// How many expired records a tidying commit removes from a collection that it writes to.
const passing = 500

const common = `
local call, byte, find, sub = redis.call, string.byte, string.find, string.sub

local function chunks(list, size, work)
  for first = 1, #list, size do work(unpack(list, first, math.min(first + size - 1, #list))) end
end
`

/**
 * KEYS: records of each collection. ARGV: for each collection how many keys, then the keys.
 * Answers the packed records in that order.
 */
export const getScript = script(`${common}
local answer, i = {}, 1
for _, records in ipairs(KEYS) do
  local last = i + tonumber(ARGV[i])
  for first = i + 1, last, 1000 do
    local found = call('HMGET', records, unpack(ARGV, first, math.min(first + 999, last)))
    for n = 1, #found do answer[#answer + 1] = found[n] end
  end
  i = last + 1
end
return answer`)

/**
 * KEYS: records, order and expiry of the collection. ARGV: now, low, high, limit, REV or nothing.
 * Answers the keys and their packed records. Goes on behind expired records until the limit is reached, and removes them.
 */
export const listScript = script(`${common}
local records, order, expiry = KEYS[1], KEYS[2], KEYS[3]
local now, low, high, limit, reverse = tonumber(ARGV[1]), ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5] == 'REV'

local function range(count)
  if reverse then return call('ZRANGE', order, high, low, 'BYLEX', 'REV', 'LIMIT', 0, count) end
  return call('ZRANGE', order, low, high, 'BYLEX', 'LIMIT', 0, count)
end

local keys = range(limit)
if #keys == 0 then return {keys, {}} end
if #keys <= 1000 and call('EXISTS', expiry) == 0 then
  local packed, complete = call('HMGET', records, unpack(keys)), true
  -- A server that evicts may have taken records and left their order.
  for n = 1, #packed do complete = complete and packed[n] end
  if complete then return {keys, packed} end
end

local outKeys, outRecords, dead = {}, {}, {}
while #keys > 0 do
  local packed = {}
  chunks(keys, 1000, function(...)
    local found = call('HMGET', records, ...)
    for n = 1, #found do packed[#packed + 1] = found[n] end
  end)
  for n = 1, #keys do
    local record = packed[n]
    if record and byte(record, 1) == 64 and tonumber(sub(record, 2, find(record, ' ', 1, true) - 1)) <= now then
      record = false
    end
    if record then
      outKeys[#outKeys + 1], outRecords[#outRecords + 1] = keys[n], record
    else
      dead[#dead + 1] = keys[n]
    end
  end
  if #outKeys == limit then break end
  local last = '(' .. keys[#keys]
  if reverse then high = last else low = last end
  keys = range(limit - #outKeys)
end
-- Tidying is a favour: where this node may not write, the answer is right all the same.
chunks(dead, 1000, function(...)
  redis.pcall('ZREM', order, ...)
  redis.pcall('HDEL', records, ...)
  redis.pcall('ZREM', expiry, ...)
end)
return {outKeys, outRecords}`)

/**
 * KEYS: collections and due (unless there is no index), then records, order and expiry of each collection.
 * ARGV: now, how many keys the index has (2 or 0), how many bytes of a key stand before the collection's name, whether to tidy (1
 * or 0); then for each commit: number of checks, number of writes, checks (place of the collection in KEYS, key, version or ''
 * for none), writes (place, key, packed record or '' to delete).
 * Answers for each commit 0, or which of its checks failed. A commit is checked whole before its first write.
 */
export const commitScript = script(`${common}
local now, indexed, prefix, tidy = tonumber(ARGV[1]), ARGV[2] ~= '0', tonumber(ARGV[3]) + 1, ARGV[4] == '1'
-- What Redis says of the expiry set of a collection: no such key (-2), kept for good (-1), or how long it is kept.
local kept, latest, fresh = {}, {}, {}

local function versionOf(packed)
  if not packed then return '' end
  local start = 1
  if byte(packed, 1) == 64 then
    start = find(packed, ' ', 1, true) + 1
    if tonumber(sub(packed, 2, start - 2)) <= now then return '' end
  end
  return sub(packed, start, find(packed, ' ', start, true) - 1)
end

local function begin(k)
  local left = call('PTTL', KEYS[k + 2])
  kept[k] = left
  if left == -2 or not tidy then return left end
  local dead = call('ZRANGE', KEYS[k + 2], '-inf', now, 'BYSCORE', 'LIMIT', 0, ${passing})
  if #dead > 0 then
    call('HDEL', KEYS[k], unpack(dead))
    call('ZREM', KEYS[k + 1], unpack(dead))
    call('ZREM', KEYS[k + 2], unpack(dead))
  end
  return left
end

local function put(k, key, packed)
  local left = kept[k] or begin(k)
  local isFirst = false
  if call('HSET', KEYS[k], key, packed) == 1 then
    call('ZADD', KEYS[k + 1], 0, key)
    isFirst = call('HLEN', KEYS[k]) == 1
    if isFirst and indexed then call('ZADD', KEYS[1], 0, sub(KEYS[k], prefix)) end
  end
  if byte(packed, 1) == 64 then
    local expiry = sub(packed, 2, find(packed, ' ', 1, true) - 1)
    call('ZADD', KEYS[k + 2], expiry, key)
    if indexed then call('ZADD', KEYS[2], 'LT', expiry, sub(KEYS[k], prefix)) end
    if left == -2 then
      -- A collection in which everything expires leaves by itself, without anybody sweeping.
      fresh[k], kept[k] = isFirst, isFirst and 0 or -1
    end
    if kept[k] ~= -1 then latest[k] = math.max(latest[k] or 0, tonumber(expiry)) end
  elseif left ~= -2 then
    call('ZREM', KEYS[k + 2], key)
    if left ~= -1 then
      for n = k, k + 2 do call('PERSIST', KEYS[n]) end
      kept[k], latest[k], fresh[k] = -1, nil, nil
    end
  end
end

local function delete(k, key)
  local left = kept[k] or begin(k)
  if call('HDEL', KEYS[k], key) == 0 then return end
  call('ZREM', KEYS[k + 1], key)
  if left ~= -2 then call('ZREM', KEYS[k + 2], key) end
  if indexed and call('HLEN', KEYS[k]) == 0 then call('ZREM', KEYS[1], sub(KEYS[k], prefix)) end
end

local answer, i, count = {}, 5, #ARGV
while i <= count do
  local checks, writes, failed = tonumber(ARGV[i]), tonumber(ARGV[i + 1]), 0
  i = i + 2
  local first = i + 3 * checks
  for n = 1, checks do
    if versionOf(call('HGET', KEYS[tonumber(ARGV[i])], ARGV[i + 1])) ~= ARGV[i + 2] then
      failed = n
      break
    end
    i = i + 3
  end
  i = first + 3 * writes
  if failed == 0 then
    for at = first, i - 1, 3 do
      if ARGV[at + 2] == '' then
        delete(tonumber(ARGV[at]), ARGV[at + 1])
      else
        put(tonumber(ARGV[at]), ARGV[at + 1], ARGV[at + 2])
      end
    end
  end
  answer[#answer + 1] = failed
end
for k, expiry in pairs(latest) do
  local needed = math.max(expiry - now, 0)
  if fresh[k] then
    for n = k, k + 2 do call('PEXPIRE', KEYS[n], needed + ${slack}) end
  elseif needed > kept[k] then
    for n = k, k + 2 do call('PEXPIRE', KEYS[n], needed + ${slack}, 'GT') end
  end
end
return answer`)

/**
 * KEYS: collections, then records and expiry of each collection. ARGV: now, then the names of the collections.
 * Answers the names of those that hold a live record, and forgets those that are gone.
 */
export const collectionsScript = script(`${common}
local live = {}
for n = 2, #ARGV do
  local records, expiry = KEYS[2 * n - 2], KEYS[2 * n - 1]
  local held = call('HLEN', records)
  if held == 0 then
    redis.pcall('ZREM', KEYS[1], ARGV[n])
  elseif held > call('ZCOUNT', expiry, '-inf', ARGV[1]) then
    live[#live + 1] = ARGV[n]
  end
end
return live`)

/**
 * KEYS: collections and due, then records, order and expiry of each collection. ARGV: now, limit, then the names of the
 * collections. Removes expired records; answers how many.
 */
export const sweepScript = script(`${common}
local now, limit, removed = ARGV[1], tonumber(ARGV[2]), 0
for n = 3, #ARGV do
  local k = 3 * n - 6
  local records, order, expiry = KEYS[k], KEYS[k + 1], KEYS[k + 2]
  while removed < limit do
    local dead = call('ZRANGE', expiry, '-inf', now, 'BYSCORE', 'LIMIT', 0, math.min(limit - removed, 1000))
    if #dead == 0 then break end
    call('HDEL', records, unpack(dead))
    call('ZREM', order, unpack(dead))
    call('ZREM', expiry, unpack(dead))
    removed = removed + #dead
  end
  local next = call('ZRANGE', expiry, 0, 0, 'WITHSCORES')
  if #next == 0 then call('ZREM', KEYS[2], ARGV[n]) else call('ZADD', KEYS[2], next[2], ARGV[n]) end
  if call('HLEN', records) == 0 then call('ZREM', KEYS[1], ARGV[n]) end
end
return removed`)

/**
 * KEYS: the bucket. ARGV: now, capacity, tokens per millisecond, cost.
 * Answers whether the tokens were there and how many are left.
 */
export const takeScript = script(`
local now, capacity, rate, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(held[1]) or capacity, tonumber(held[2]) or now
-- A clock that runs behind another must not take tokens away.
if now > at then
  tokens = math.min(capacity, tokens + (now - at) * rate)
  at = now
end
local allowed = tokens >= cost
if allowed then tokens = tokens - cost end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.17g', tokens), 'at', string.format('%.17g', at))
redis.call('PEXPIRE', KEYS[1], math.ceil((capacity - tokens) / rate) + ${slack})
return {allowed and 1 or 0, string.format('%.17g', tokens)}`)
