/** Asking the server: JSON in, JSON out; what went wrong is told apart as no signal, a refusal, or a fault. */

import { label, t } from "../ui/words.js";

const SLOW_MS = 60000;
let token = null;
/** @type {string | null} */
let epoch = null;
let heardAt = 0;

/** Speak with this device token from now on; null: none. */
export const speakWith = (given) => (token = given);

/** Whether there is a token to speak with. */
export const hasToken = () => Boolean(token);

/** The epoch of the server's database by its last answer: a restore begins another one. Null before any answer. */
export const serverEpoch = () => epoch;

/** How long ago the server last answered, in milliseconds. */
export const silence = () => Date.now() - heardAt;

/** No answer came: no signal, or the server is off. Nothing is known of what it stored. */
export class NoSignal extends Error {}

/** The server answered with a problem: status, and the problem in words of both languages. */
export class Refused extends Error {
  constructor(status, problem, retryAfter) {
    super(sentence(problem, status));
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** Whether the token no longer holds, so that signing in again is needed. */
  get needsSignIn() {
    return this.status === 401;
  }

  /** Whether another attempt may go better by itself. */
  get isPassing() {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

function sentence(problem, status) {
  return (
    label(problem?.message) || t(`Máy chủ trả lời lạ (${status})`, `The server answered oddly (${status})`)
  );
}

/**
 * Ask; returns {status, body, etag}. Throws NoSignal or Refused. 304 has no body.
 * @param {string} method
 * @param {string} path
 * @param {{json?: any, body?: BodyInit, headers?: Object<string, string>, type?: string, patience?: number}} options
 * @returns {Promise<{status: number, body?: any, etag: string | null}>}
 */
export async function request(method, path, { json, body, headers = {}, type, patience = SLOW_MS } = {}) {
  /** @type {Object<string, string>} */
  const all = { Accept: "application/json", ...headers };
  if (token) all.Authorization ??= `Bearer ${token}`;
  if (json !== undefined || type) all["Content-Type"] = type || "application/json";
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    const sent = json === undefined ? body : typeof json === "string" ? json : JSON.stringify(json);
    /** @type {RequestInit} */
    const how = {
      method,
      headers: all,
      body: sent,
      signal: stop.signal,
      cache: "no-store",
      credentials: "omit",
    };
    const answer = await read(await fetch(path, how));
    // An answer that comes after somebody else has unlocked this phone is none of theirs.
    if (!headers.Authorization && all.Authorization && all.Authorization !== `Bearer ${token}`) throw new NoSignal("another session");
    return answer;
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new NoSignal(String(error));
  } finally {
    clearTimeout(timer);
  }
}

async function read(answer) {
  const etag = answer.headers.get("ETag");
  if (answer.headers.has("Nhavung-Epoch")) {
    epoch = answer.headers.get("Nhavung-Epoch");
    heardAt = Date.now();
  }
  if ([204, 304].includes(answer.status)) return { status: answer.status, etag };
  const text = await answer.text();
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    if (answer.ok) throw new Refused(502, null);
  }
  if (!answer.ok) throw new Refused(answer.status, body, Number(answer.headers.get("Retry-After")) || 0);
  return { status: answer.status, body, etag };
}

/** GET, with the mark of what is kept already. */
export const get = (path, etag) => request("GET", path, { headers: etag ? { "If-None-Match": etag } : {} });

/** POST JSON (an object, or text that is JSON already). */
export const post = (path, json) => request("POST", path, { json });

/** Tell the server that a token is no longer needed; without a signal it holds until the next sign-in. */
export const endToken = (ended) =>
  request("POST", "/api/v1/field/sign-out", { json: {}, headers: { Authorization: `Bearer ${ended}` } }).catch(
    () => {},
  );

/** PUT bytes. */
export const put = (path, content, type) => request("PUT", path, { body: content, type });
