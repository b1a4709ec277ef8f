-- wrk: the same POST again and again; the figures as one line of JSON.
local function read(path) local file = assert(io.open(path, "rb")); local text = file:read("*a"); file:close(); return text end
wrk.method = "POST"
wrk.body = read(os.getenv("BODY_FILE"))
wrk.headers["Content-Type"] = os.getenv("CONTENT_TYPE")
if os.getenv("SOAP_ACTION") then wrk.headers["SOAPAction"] = os.getenv("SOAP_ACTION") end
done = function(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format('JSON {"requests": %d, "seconds": %f, "failed": %d, "p50": %f, "p99": %f}\n',
    summary.requests, summary.duration / 1e6, failed, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
