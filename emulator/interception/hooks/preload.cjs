// Loaded by a Node program that `sms-emulator run` or `env` leads here: connections to the providers' names go to the
// emulator. The name that TLS asks for and checks stays the provider's.
"use strict";

const net = require("node:net");
const { domainToASCII } = require("node:url");

const { hosts = [], ports = {} } = JSON.parse(process.env.SMS_INTERCEPT || "{}");
const connect = net.Socket.prototype.connect;

function led(host) {
  const name = domainToASCII(String(host || "")).replace(/\.+$/, "");
  return hosts.some((one) => name === one || name.endsWith("." + one));
}

function elsewhere(port, host) {
  const to = ports[String(port)];
  if (to) return { host: to[0], port: to[1] };
  throw new Error(`sms-emulator leads the ports ${Object.keys(ports).join(", ")} of ${host} and no other`);
}

net.Socket.prototype.connect = function (...args) {
  const normal = Array.isArray(args[0]) ? args[0] : args; // Node itself hands over a normalized list
  const first = normal[0];
  if (first && typeof first === "object" && led(first.host)) {
    const options = { ...first, ...elsewhere(first.port, first.host), lookup: undefined };
    if (normal === args) return connect.call(this, options, ...args.slice(1));
    normal[0] = options;
  } else if (typeof first !== "object" && led(normal[1])) {
    const to = elsewhere(first, normal[1]);
    return connect.call(this, to.port, to.host, ...args.slice(2));
  }
  return connect.apply(this, args);
};
