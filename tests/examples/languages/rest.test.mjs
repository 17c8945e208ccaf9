import assert from "node:assert/strict";
import { test } from "node:test";
import { Sandbox, SmsEmulatorError } from "./sms-emulator.mjs";

test("the rest", async () => {
  const sms = await Sandbox.create({ clock: "frozen" });
  await sms.putRules([{"name": "slow", "when": {"operation": "send"}, "then": {"reports": {"late": 60}}}]);
  await fetch(sms.baseUrl + "/api/v2/send/?sender=smsoffice&destination=995577123456&content=a%22b%5C%E1%83%90&reference=r1&key=" + sms.accounts.smsoffice.key);
  await sms.advance(62.5);
  const [message] = await sms.wait("messages", { status: "delivered" });
  assert.equal(message.text, 'a"b\\ა');
  assert.equal((await sms.callbacks({ accepted: true })).length, 1);
  await sms.delete();
  await assert.rejects(sms.messages(), (error) => error instanceof SmsEmulatorError && error.code === "no-such-sandbox");
  await assert.rejects(Sandbox.create({}, { url: process.env.NOBODY }), /no emulator answers at http/);
});
