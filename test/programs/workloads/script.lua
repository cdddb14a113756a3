-- A day in the life of a script: records, an index, text, garbage in bursts. Prints only what is the same in every
-- run; os.exit leaves the state as it is, so the heap that JavaScript reads afterwards is the one that was in use.

local seed = 42
local function random(n)                       -- the same numbers everywhere, unlike math.random
  seed = (seed * 1103515245 + 12345) & 0x7fffffff
  return seed // 65536 % n + 1
end

-- Objects that stay: 4000 records, found again by name.
local syllables = { 'ga', 'vi', 'al', 'ri', 'mu', 'ko', 'ne', 'so' }
local function name()
  local parts = {}
  for i = 1, 2 + random(3) do parts[i] = syllables[random(#syllables)] end
  return table.concat(parts)
end
local records, by_name = {}, {}
for i = 1, 4000 do
  local record = { id = i, name = name(), weight = random(900), tags = { random(9), random(9), random(9) } }
  records[i] = record
  by_name[record.name] = by_name[record.name] or {}
  table.insert(by_name[record.name], record)
end
local names = {}
for word in pairs(by_name) do names[#names + 1] = word end
table.sort(names)
print(('records: %d, different names: %d, first %s, last %s'):format(#records, #names, names[1], names[#names]))

-- Recursion and short-lived tables: the eight queens.
local function queens(n, row, columns, solutions)
  if row > n then return solutions + 1 end
  for column = 1, n do
    local free = true
    for r = 1, row - 1 do
      local c = columns[r]
      if c == column or math.abs(c - column) == row - r then free = false break end
    end
    if free then
      local longer = table.move(columns, 1, row - 1, 1, {})
      longer[row] = column
      solutions = queens(n, row + 1, longer, solutions)
    end
  end
  return solutions
end
print('queens on 8 x 8: ' .. queens(8, 1, {}, 0))

-- Strings that grow: 200! by digits.
local digits = { 1 }
for factor = 2, 200 do
  local carry = 0
  for i = 1, #digits do
    carry = carry + digits[i] * factor
    digits[i], carry = carry % 10, carry // 10
  end
  while carry > 0 do digits[#digits + 1], carry = carry % 10, carry // 10 end
end
local factorial = table.concat(digits):reverse()
print(('200! has %d digits: %s...'):format(#factorial, factorial:sub(1, 12)))

-- Text: build, search, replace.
local text = {}
for i = 1, 3000 do text[i] = records[random(#records)].name end
text = table.concat(text, ' ')
local shouted, replaced = text:gsub('%f[%w]ga', 'GA')
local words = 0
for _ in shouted:gmatch('%a+') do words = words + 1 end
print(('text: %d bytes, %d words, %d begin with "ga"'):format(#text, words, replaced))

-- Bursts of garbage between things that stay, and coroutines, each with a stack of its own.
local kept = {}
for round = 1, 20 do
  local garbage = {}
  for i = 1, 500 do garbage[i] = { round, i, tostring(round * i) .. '/' .. i } end
  kept[round] = garbage[round * 7]
  garbage = nil
  collectgarbage()
end
local sum = 0
for round, item in ipairs(kept) do sum = sum + item[1] * item[2] end
local walkers = {}
for i = 1, 50 do
  walkers[i] = coroutine.wrap(function() for step = 1, 100 do coroutine.yield(i * step) end end)
end
for _ = 1, 100 do for i = 1, 50 do sum = sum + walkers[i]() end end
print('checksum: ' .. sum)
collectgarbage()
print(('still in use: about %d kB'):format((collectgarbage('count') + 50) // 100 * 100))
os.exit(0)
