// npm's node-smsc
const { SMS_LOGIN: login, SMS_PSW: password, SMS_TO: phones, SMS_TEXT: mes } = process.env;
const failed = (error) => (console.error(String(error)), process.exit(1));
require("node-smsc")({ login, password, ssl: true }).send({ phones, mes, charset: "utf-8" }).then(() => process.exit(0), failed);
