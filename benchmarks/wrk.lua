-- wrk's script: PATHS (a file, one a line) are asked for in turn, each thread from a place of its own; THINK_MS is the mean
-- rest of a connection between an answer and its next request. The result is one line of JSON after "json: ".
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  local requests = {}
  for path in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format(nil, path)
  end
  local think = tonumber(args[2])
  local next = number * 7919
  if #requests > 1 then
    request = function()
      next = next + 1
      return requests[next % #requests + 1]
    end
  else
    wrk.path = io.lines(args[1])()
    local only = wrk.format()
    request = function() return only end
  end
  if think > 0 then
    math.randomseed(number + 1)
    delay = function() return math.random(0, 2 * think) end
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'json: {"requests": %d, "seconds": %.6f, "bytes": %d, "refused": %d, "broken": %d, "p50_ms": %.3f, "p90_ms": %.3f, "p99_ms": %.3f, "max_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(90) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
