// Calls all seven operations of the WSDL named by the first argument; prints what came as JSON.
const soap = require("soap");
(async () => {
  const [url, login, psw] = process.argv.slice(2);
  const client = await soap.createClientAsync(url);
  const who = { login, psw };
  const to = "79999999999";
  const out = {};
  const call = async (name, args, result) => (out[name] = (await client[`${name}Async`]({ ...who, ...args }))[0][result]);
  const sent = await call("send_sms", { phones: to, mes: "Привет" }, "sendresult");
  await call("send_sms2", { phones: `${to},12`, mes: "b", query: "err=1" }, "sendresult");
  await call("get_sms_cost", { phones: to, mes: "a" }, "costresult");
  await call("get_sms_cost2", { phones: to, mes: "a", query: "" }, "costresult");
  await call("get_status", { phone: to, id: sent.id, all: "1" }, "statusresult");
  await call("get_status2", { phone: to, id: sent.id, query: "all=2" }, "statusresult");
  await call("get_balance", {}, "balanceresult");
  console.log(JSON.stringify(out));
})().catch((error) => { console.error(error); process.exit(1); });
