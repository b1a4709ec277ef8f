// node's `soap` server on the product's own WSDL: an echo-like SendMsg.
const fs = require("fs"), http = require("http"), soap = require("soap");
const SendMsg = () => ({ SendMsgResult: "2200001476358475197" });
const service = { trigger: { triggerSoap: { SendMsg }, triggerSoap12: { SendMsg } } };
const server = http.createServer((request, response) => { response.statusCode = 404; response.end(); });
server.listen(0, "127.0.0.1", () => {
  soap.listen(server, "/winnerrxd/api/ws/trigger", service, fs.readFileSync(process.env.WSDL, "utf8"), () => {
    console.log(`PORT ${server.address().port}`);
  });
});
