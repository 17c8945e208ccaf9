// A sandbox of a running sms-emulator, for tests in Node 20 and newer: one file, nothing to install. Copy it.
//   const sms = await Sandbox.create({ clock: "frozen" });
//   ... your app sends to sms.baseUrl with sms.accounts.smsoffice.key ...
//   assert.equal(await sms.otp({ to: "995577123456" }), "123456");
//   await sms.settle();  await sms.delete();

/** @typedef {{id: string, provider: string, to: string, sender: string, text: string, reference: string | null, status: string, parts: number, cost: number}} Message */
/** @typedef {{id: string, message_id: string, status: string, attempt: number, accepted: boolean | null, verdict: string, sent: Record<string, string>}} Callback */
/** @typedef {{now: string, rate: number}} ClockNow */

export class SmsEmulatorError extends Error {
  /** @param {string} call @param {number} status @param {{code: string, message: string, hint?: string}} error */
  constructor(call, status, error) {
    super(`${call}: ${status} ${error.code}: ${error.message}${error.hint ? `. ${error.hint}` : ""}`);
    this.status = status;
    this.code = error.code;
    /** What else was told: nearest, next_due, now. @type {Record<string, unknown>} */
    this.more = error;
  }
}

export class Sandbox {
  /** @param {string} baseUrl @param {string | undefined} token @param {any} made */
  constructor(baseUrl, token, made) {
    this.baseUrl = baseUrl;
    this.token = token;
    /** @type {string} */ this.id = made.id;
    /** Credentials by provider: `accounts.smsoffice.key`. @type {any} */ this.accounts = made.accounts;
  }

  /** A fresh sandbox; `options` as POST /_emulator/sandboxes takes them.
   * @param {Record<string, unknown>} [options] @param {{url?: string, token?: string}} [where] @returns {Promise<Sandbox>} */
  static async create(options = {}, where = {}) {
    const url = (where.url || process.env.SMS_EMULATOR_URL || "http://127.0.0.1:8775").replace(/\/$/, "");
    const token = where.token ?? process.env.SMS_EMULATOR_TOKEN;
    const one = new Sandbox(url, token, { id: "", accounts: {} });
    return new Sandbox(url, token, await one.#call("POST", "/_emulator/sandboxes", options));
  }

  /** @param {{to?: string, contains?: string, status?: string, provider?: string}} [filters] @returns {Promise<Message[]>} */
  async messages(filters = {}) { return (await this.#call("GET", this.#at("/messages"), undefined, filters)).messages; }

  /** @param {{message?: string, status?: string, accepted?: boolean}} [filters] @returns {Promise<Callback[]>} */
  async callbacks(filters = {}) { return (await this.#call("GET", this.#at("/callbacks"), undefined, filters)).callbacks; }

  /** The code in the newest message. @param {{to?: string, timeout?: number, pattern?: string}} [asked] @returns {Promise<string>} */
  async otp(asked = {}) { return (await this.#call("GET", this.#at("/otp"), undefined, asked)).code; }

  /** As soon as `count` messages, callbacks or requests fit. @param {"messages" | "callbacks" | "requests"} kind @param {Record<string, unknown>} [filters] @returns {Promise<any[]>} */
  async wait(kind = "messages", filters = {}) { return (await this.#call("GET", this.#at("/wait"), undefined, { for: kind, ...filters }))[kind]; }

  /** Time moves on until nothing is due. @returns {Promise<ClockNow>} */
  settle(timeout = 10) { return this.#call("POST", this.#at("/settle"), { timeout }); }

  /** @param {number} seconds @returns {Promise<ClockNow>} */
  advance(seconds) { return this.#call("POST", this.#at("/clock"), { advance: seconds }); }

  /** @param {Record<string, unknown>[]} rules */
  async putRules(rules) { return (await this.#call("PUT", this.#at("/rules"), { rules })).rules; }

  /** What a failed test should print. @returns {Promise<string>} */
  report() { return this.#call("GET", this.#at("/report")); }

  /** Run a test; when it fails, its error tells the report. @template T @param {() => Promise<T>} body @returns {Promise<T>} */
  async explained(body) {
    try {
      return await body();
    } catch (error) {
      if (error instanceof Error) error.message += `\n\n${await this.report().catch(String)}`;
      throw error;
    }
  }

  delete() { return this.#call("DELETE", this.#at("")); }

  /** @param {string} path */
  #at(path) { return `/_emulator/sandboxes/${this.id}${path}`; }

  /** @param {string} method @param {string} path @param {unknown} [body] @param {Record<string, unknown>} [query] @returns {Promise<any>} */
  async #call(method, path, body, query = {}) {
    const words = Object.entries(query).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]);
    const target = words.length ? `${path}?${new URLSearchParams(words)}` : path;
    const headers = { "Content-Type": "application/json", ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}) };
    const answer = await fetch(this.baseUrl + target, { method, headers, body: JSON.stringify(body), signal: AbortSignal.timeout(60_000) })
      .catch((error) => { throw new Error(`no emulator answers at ${this.baseUrl}: ${error.cause ?? error}; start one with sms-emulator serve`); });
    const text = await answer.text();
    const json = answer.headers.get("content-type")?.includes("json") && text ? JSON.parse(text) : undefined;
    if (!answer.ok) throw new SmsEmulatorError(`${method} ${path}`, answer.status, json?.error ?? { code: "no-control-api", message: text });
    return json ?? text;
  }
}
