-- Logins by code: `wrk … -s login.lua URL -- AUTHORIZATION_PATH COOKIE CLIENT EXCHANGE`.
-- A code that an answer brought is exchanged by the next request; without one, the next request asks for one.

dofile(os.getenv("BENCHMARK_SCRIPTS") .. "/replicas.lua")

completed, refused = 0, 0
local codes = {}
local authorization, client, exchange

function init(arguments)
  authorization = wrk.format("GET", arguments[1], {Cookie = arguments[2]})
  client = {Authorization = arguments[3], ["Content-Type"] = "application/x-www-form-urlencoded"}
  exchange = arguments[4]
end

function request()
  local code = table.remove(codes)
  if not code then return authorization end
  return wrk.format("POST", "/oauth/token", client, exchange .. code)
end

function response(status, headers, body)
  local code = (headers.Location or ""):match("[?&]code=([^&]+)")
  if code then
    table.insert(codes, code)
  elseif status == 200 and body:find('"id_token"', 1, true) then
    completed = completed + 1
  else
    refused = refused + 1
  end
end
