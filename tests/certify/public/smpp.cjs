// npm's smpp
const given = process.env;
const failed = (error) => (console.error(String(error)), process.exit(1));
const url = `smpp://${given.SMS_SMPP_HOST}:${given.SMS_SMPP_PORT}`;
const session = require("smpp").connect({ url }, () =>
  session.bind_transceiver({ system_id: given.SMS_SYSTEM_ID, password: given.SMS_PASSWORD }, (bound) => {
    const text = given.SMS_TEXT.length > 70 ? "message_payload" : "short_message";
    const wanted = { source_addr: "SMS", source_addr_ton: 5, destination_addr: given.SMS_TO, [text]: given.SMS_TEXT };
    if (bound.command_status) failed("not bound");
    session.submit_sm(wanted, (sent) => process.exit(sent.command_status));
  }),
);
session.on("error", failed);
session.on("close", () => failed("closed"));
