// npm's node-smsc, unchanged, with the products that it has a call for; prints what came as JSON.
const smsc = require("node-smsc")({ login: "emulator", password: "emulator", ssl: true });
const to = "79161234567";
const out = {};
const told = async (name, promise) => (out[name] = await promise.catch((error) => ({ failed: error.message })));
(async () => {
  await told("sms", smsc.send({ phones: to, mes: "Привет", charset: "utf-8", id: 10 }));
  await told("call", smsc.send({ phones: to, mes: "code", call: 1, cost: 3 }));
  await told("hlr", smsc.send({ phones: to, hlr: 1 }));
  await told("ping", smsc.send({ phones: to, ping: 1, cost: 1 }));
  await told("mms", smsc.send({ phones: to, mms: 1, mes: "x" }));
  do await told("found", smsc.status({ phone: to, id: out.hlr.id, all: 2, charset: "utf-8" }));
  while (out.found.status < 1);
  await told("operator", smsc.info({ get_operator: 1, phone: to, charset: "utf-8" }));
  await told("history", smsc.get({ get_messages: 1, phone: to, charset: "utf-8" }));
  await told("answers", smsc.get({ get_answers: 1 }));
  await told("senders", smsc.senders({ get: 1 }));
  await told("balance", smsc.balance());
  await told("deleted", smsc.status({ phone: to, id: 10, del: 1 }));
  await told("jobs", smsc.jobs({ get: 1 }));
  console.log(JSON.stringify(out));
})();
