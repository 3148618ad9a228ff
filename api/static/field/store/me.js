/** The officer at work: what was downloaded for them, their drafts and records, all from this phone. */

import { folded, label, today, workOn } from "../ui/words.js";
import * as api from "./api.js";
import * as store from "./database.js";
import * as kept from "./vault.js";
import { lock } from "./vault.js";

/** @import { ActKind, Assignment, Form, Household, Village } from "../types.js" */

/** @type {Assignment} */
const NOTHING = { cursor: null, villages: [], households: [], tasks: [], returned: [], synced_at: null };

/**
 * What is open now.
 * @type {{
 *   officer: any,
 *   account: any,
 *   forms: Object<string, Form>,
 *   acts: Object<string, ActKind>,
 *   texts: any,
 *   law: any,
 *   assignment: Assignment,
 *   may: {record?: boolean, amounts?: boolean},
 *   households: Map<any, Household>,
 *   villages: Map<any, Village>,
 *   places: {village: Village, exact: string, folded: string}[],
 * }}
 */
export const me = {
  officer: null,
  account: null,
  forms: {},
  acts: {},
  texts: {},
  law: null,
  assignment: NOTHING,
  may: {},
  households: new Map(),
  villages: new Map(),
  places: [],
};

/** Open everything of an officer whose vault was just opened. */
export async function enter(officerId) {
  me.officer = await store.officer(officerId);
  const [account, forms, law, assignment] = await Promise.all(
    ["account", "forms", "law", "assignment"].map((id) => kept.get("kept", id).catch(() => null)),
  );
  api.speakWith(account?.token ?? null);
  me.account = account;
  me.may = account?.may ?? {};
  useForms(forms?.body);
  me.law = law?.body ?? null;
  take(assignment ?? NOTHING);
}

/** Use a document of forms, with the kinds of act and the sentences that faults are told by. */
export function useForms(body) {
  me.forms = body?.forms ?? {};
  me.acts = body?.acts ?? {};
  me.texts = body?.texts ?? { problems: {}, kinds: {} };
}

/** A word of the glossary in the language in use; `otherwise` where it is not known here. */
export const word = (code, otherwise = "") => label(me.law?.words?.[code]) || otherwise;

/**
 * The outcome of an assessment or household as of today: its programme may have ended without it since.
 * @param {{outcome: string, lapses_on?: string | null}} one
 */
export const outcomeToday = ({ outcome, lapses_on: lapsesOn }) =>
  lapsesOn && lapsesOn <= today() ? "lapsed" : outcome;

/** Close everything; what lies on the phone stays. */
export function leave() {
  Object.assign(me, { officer: null, account: null, forms: {}, acts: {}, law: null, assignment: NOTHING, may: {} });
  api.speakWith(null);
  lock();
}

const windows = new BroadcastChannel("nhavung-field");

/** Close everything in every window of the app. */
export function leaveEverywhere() {
  windows.postMessage(me.officer.id);
  leave();
}

/** Be told when who is at work here was locked or signed out in another window. */
export const whenLeft = (act) =>
  windows.addEventListener("message", ({ data }) => me.officer?.id === data && act());

/**
 * Use an assignment: indexes for searching are made once.
 * @param {Assignment} assignment
 */
export function take(assignment) {
  me.assignment = assignment;
  workOn(assignment.pinned_on ?? null);
  me.households = new Map(assignment.households.map((one) => [one.id, one]));
  me.villages = new Map(assignment.villages.map((one) => [one.code, one]));
  const places = assignment.villages.filter((one) => one.level !== "commune");
  me.places = (places.length ? places : assignment.villages).map((one) => ({
    village: one,
    exact: `${one.name} ${one.commune_name}`.toLowerCase(),
    folded: folded(`${one.name} ${one.commune_name} ${one.code}`),
  }));
}

/**
 * What to call a village: its name and its commune's.
 * @param {string | null | undefined} code
 */
export function villageName(code) {
  const one = me.villages.get(code);
  if (!one) return code || "";
  return one.level === "commune" || !one.commune_name ? one.name : `${one.name}, ${one.commune_name}`;
}

/** Villages that fit what was typed: letter for letter first, then without marks. At most `limit`. */
export function findVillages(typed, limit = 30) {
  const words = typed.toLowerCase().trim().split(/\s+/);
  const plain = folded(typed).split(/\s+/);
  const exact = me.places.filter((one) => words.every((word) => one.exact.includes(word)));
  const near = me.places.filter(
    (one) => !exact.includes(one) && plain.every((word) => one.folded.includes(word)),
  );
  const found = [...exact, ...near];
  return { total: found.length, shown: found.slice(0, limit).map((one) => one.village) };
}

/**
 * Households that fit what was typed, by name or village; exact first, then without marks.
 * @param {string} typed
 * @param {(one: Household) => boolean} fits
 * @returns {Household[]}
 */
export function findHouseholds(typed, fits = () => true) {
  const plain = folded(typed);
  const lower = typed.toLowerCase().trim();
  const all = me.assignment.households.filter(fits);
  if (!lower) return all;
  const text = (one) => `${one.head_name ?? ""} ${villageName(one.village_code)}`;
  const exact = all.filter((one) => text(one).toLowerCase().includes(lower));
  return [...exact, ...all.filter((one) => !exact.includes(one) && folded(text(one)).includes(plain))];
}
