-- Gives each thread, with its connections, a replica of its own (BENCHMARK_PORTS has one port a thread), and prints
-- what happened as one line of JSON.
-- A script may count for itself, in `completed` and `refused`.

local threads, ports = {}, {}
for port in os.getenv("BENCHMARK_PORTS"):gmatch("%d+") do table.insert(ports, port) end

function setup(thread)
  table.insert(threads, thread)
  local port = ports[(#threads - 1) % #ports + 1]
  thread.addr = wrk.lookup("127.0.0.1", port)[1]
end

function done(summary, latency, _)
  local errors = summary.errors
  local requests, refused = summary.requests, errors.status
  if threads[1]:get("completed") then
    requests = 0
    for _, thread in ipairs(threads) do
      requests = requests + thread:get("completed")
      refused = refused + thread:get("refused")
    end
  end
  print(string.format(
    'RESULT {"requests": %d, "seconds": %f, "refused": %d, "broken": %d, "p50_ms": %f, "p99_ms": %f}',
    requests, summary.duration / 1e6, refused,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3
  ))
end
