-- One request, over and over: `wrk … -s request.lua URL -- METHOD BODY "Name: value" …`.

dofile(os.getenv("BENCHMARK_SCRIPTS") .. "/replicas.lua")

function init(arguments)
  wrk.method = arguments[1]
  if arguments[2] ~= "" then wrk.body = arguments[2] end
  for i = 3, #arguments do
    local name, value = arguments[i]:match("^([^:]+): (.*)$")
    wrk.headers[name] = value
  end
end
