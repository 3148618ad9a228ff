/** Fetching what the officer needs for days without a signal, and sending when there is one. */

import * as api from "./api.js";
import * as kept from "./kept.js";
import { me, take, useForms } from "./me.js";
import * as queue from "./queue.js";
import { sendAll, state } from "./send.js";

const BASE = "/api/v1/field";
let timer = null;

/** How much the assignment is: {households, villages, size_bytes}. */
export const assignmentSize = async () => (await api.get(`${BASE}/assignment/size`)).body;

/** Fetch forms, law and assignment; what did not change is not fetched again. */
export async function fetchAll() {
  await fetchKept("forms", `${BASE}/forms`, useForms);
  await fetchKept("law", `${BASE}/law`, (body) => (me.law = body));
  await fetchAssignment();
}

async function fetchKept(name, path, use) {
  const known = await kept.get("kept", name).catch(() => null);
  const answer = await api.get(path, known?.etag);
  if (answer.status === 304) return;
  await kept.put("kept", name, { etag: answer.etag, body: answer.body });
  use(answer.body);
}

async function fetchAssignment() {
  const known = me.assignment;
  const since = known.cursor === null ? "" : `?since=${encodeURIComponent(known.cursor)}`;
  const { body } = await api.get(`${BASE}/assignment${since}`);
  const merged = body.full === false ? merge(known, body) : body;
  const assignment = { ...merged, synced_at: Date.now() };
  await kept.put("kept", "assignment", assignment);
  take(assignment);
  await noteReturned(assignment.returned ?? []);
}

/** Lay what changed over what is known. */
function merge(known, fresh) {
  const gone = new Set(fresh.removed ?? []);
  const lay = (old, changed, key) => {
    const byKey = new Map(old.map((one) => [one[key], one]));
    for (const one of changed ?? []) byKey.set(one[key], one);
    return [...byKey.values()].filter((one) => !gone.has(one[key]));
  };
  return {
    ...known,
    ...fresh,
    villages: fresh.villages?.length ? fresh.villages : known.villages,
    households: lay(known.households, fresh.households, "id"),
    tasks: fresh.tasks ?? known.tasks,
    returned: fresh.returned ?? known.returned,
  };
}

/** Say at each record of ours what became of it at the server: waits, was set aside, was corrected by somebody. */
async function noteReturned(returned) {
  const told = new Map(returned.map((one) => [queue.keyOf(one.envelope_id, one.version), one]));
  for (const mine of await queue.records()) {
    const back = told.get(mine.key);
    if (back && ["sent", "returned"].includes(mine.state)) await queue.update(mine, { state: "returned", back });
    else if (!back && mine.state === "returned") await queue.update(mine, { state: "sent", back: null });
  }
  queue.changed();
}

/** Send everything, then fetch what is new. Throws NoSignal or Refused when fetching fails. */
export async function syncNow() {
  await sendAll({ isAsked: true });
  if (state.stopped?.why === "signal") throw new api.NoSignal();
  await fetchAll();
}

/** Send by ourselves: when the network returns, when the app is opened, and after each wait. */
export function keepSending() {
  clearTimeout(timer);
  timer = setTimeout(tick, 15000);
  return tick();
}

async function tick() {
  clearTimeout(timer);
  if (!me.officer) return;
  const isWaiting = state.stopped?.until && state.stopped.until > Date.now();
  if (navigator.onLine && !isWaiting && state.stopped?.why !== "sign-in") await sendAll();
  timer = setTimeout(tick, state.stopped?.until ? Math.max(2000, state.stopped.until - Date.now()) : 15000);
}

/** The network is back: try at once, whatever the wait was. */
export function networkReturned() {
  if (state.stopped?.why !== "sign-in") Object.assign(state, { stopped: null });
  return me.officer ? sendAll({ isAsked: true }) : null;
}
