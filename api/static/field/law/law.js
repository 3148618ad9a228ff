// One household against the law, without a signal: the same assessment as survey/law/assess.py.
//
// It is advice (kết quả đối chiếu tiêu chí), never a decision.

import { FALSE, TRUE, UNKNOWN, evaluate } from "./expressions.js";
import {
  addMissing,
  askedOn,
  candidatesOn,
  endFor,
  keyDates,
  laterAmounts,
  lawOn,
  redefinedOn,
  rulesOn,
  runRules,
} from "./rules.js";
import { dayOf, daysOf } from "./days.js";

export { lawOn };

/** A fact the law cannot be told: number 2030 (no such fact) or 2031 (a value it cannot take). */
export class FactFault extends Error {
  constructor(number, fact) {
    super(`${number}: ${fact}`);
    this.number = number;
    this.fact = fact;
  }
}

/**
 * Assess one household by the law of a day and place (see `lawOn`). Gives what `Assessment.to_dict` gives.
 *
 * `facts`: name -> value; absent or null is unknown. A date is YYYY-MM-DD or {$date: YYYY-MM-DD}; a fact that
 * changed over time is {$dated: [[from, until or null, value]]}, read on the day each programme is asked.
 * Throws a FactFault.
 */
export function assess(facts, law) {
  const { known, dated } = readFacts(facts, law.document.facts);
  const dates = keyDates(law, known);
  const truths = truthsOf(known, dated);
  const judged = candidatesOn(law, dates).map((one) => judge(one, truths(one.rules, one.own[askedOn(one)])));
  const end = judged.findIndex((one) => one.entitles === TRUE);
  const chosen = judged[end];
  const possible = (chosen ? judged.slice(0, end + 1) : judged).filter((one) => one.entitles !== FALSE);
  const low = Math.min(...possible.map((one) => one.low), ...(chosen ? [] : [0]));
  const high = possible.length ? Math.max(...possible.map((one) => one.high)) : 0;
  const settled = chosen !== undefined && possible.length === 1;
  const needs = possible.length > 0 && (!settled || low !== high);
  const winner = settled ? chosen : null;
  const told = summary(winner, needs, truths(rulesOn(law, dates), law.on), law.document);
  return {
    ...told,
    amount_low_vnd: rounded(low),
    amount_high_vnd: rounded(high),
    provisional: possible.some((one) => standsIn(one, known)),
    if_started: ifStarted(winner, told.amount_vnd, known),
    lapses_on: lapsesOn(possible, known),
    redefined_on: redefined(law, known),
    missing_facts: needs ? missingFacts(possible) : [],
    programmes: judged.map(resultOf),
    unverified: [...new Set(possible.flatMap((one) => unverifiedOf(one, known)))].sort(),
    facts,
    on: dayOf(law.on),
    area_codes: law.areaCodes,
    release: law.document.release,
    engine_version: law.document.engine_version,
  };
}

function summary(winner, needs, env, { house }) {
  const amount = winner && !needs ? rounded(winner.high) : null;
  return {
    outcome: outcomeOf(needs, winner, env),
    house_class: houseClass(env, house),
    programme: winner?.id ?? null,
    works_kind: env.works_kind,
    amount_vnd: amount,
    priority: winner ? priorityOf(winner) : null,
    tie_breaks: winner ? winner.tie_break.map((code) => winner.env[code]) : [],
    tranches: tranchesOf(winner, env.works_kind, amount),
    house_reasons: trueOf([...house.because, ...house.against], env),
    doubts: trueOf(house.doubts, env),
  };
}

// --- facts

/** The facts as expressions see them: the plain ones by name, and the dated ones apart. */
function readFacts(facts, vocabulary) {
  const known = {};
  const dated = {};
  for (const [name, fact] of Object.entries(vocabulary)) known[name] = unknownOf(fact);
  for (const [name, value] of Object.entries(facts)) {
    if (!Object.hasOwn(vocabulary, name)) throw new FactFault(2030, name);
    const fact = vocabulary[name];
    if (value?.$dated?.length) dated[name] = value.$dated.map((entry) => readEntry(name, fact, entry));
    else known[name] = encode(name, fact, value);
  }
  return { known, dated };
}

function readEntry(name, fact, [first, last, value]) {
  const from = daysOf(plainDay(first));
  const until = last === null ? null : daysOf(plainDay(last));
  if (from === null || (last !== null && until === null)) throw new FactFault(2031, name);
  return { from, until, value: encode(name, fact, value) };
}

function encode(name, fact, value) {
  if (value === null || value === undefined) return unknownOf(fact);
  const encoded = ENCODERS[fact.type](value, fact);
  if (encoded === null) throw new FactFault(2031, name);
  return encoded;
}

function unknownOf(fact) {
  return fact.kind === "truth" ? UNKNOWN : null;
}

const ENCODERS = {
  boolean: (value) => (value === true ? TRUE : value === false ? FALSE : null),
  integer: (value, fact) => (Number.isInteger(value) ? inRange(value, fact) : null),
  decimal: (value, fact) => (Number.isFinite(value) ? inRange(value, fact) : null),
  choice: (value, fact) => (fact.choices.some(({ code }) => code === value) ? value : null),
  date: (value) => daysOf(plainDay(value)),
};

function inRange(value, { minimum, maximum }) {
  return (minimum === null || value >= minimum) && (maximum === null || value <= maximum) ? value : null;
}

/** A day as it is written, whether marked or plain. */
export function plainDay(value) {
  return value?.$date ?? value;
}

/** The value of dated entries {from, until, value} on a day; of two that cover it the later one counts. */
function valueOn(entries, on) {
  let found = null;
  for (const entry of entries) {
    const covers = entry.from <= on && (entry.until === null || on <= entry.until);
    if (covers && (found === null || entry.from > found.from)) found = entry;
  }
  return found?.value;
}

/** The truth of every condition by rules and on a day; one environment serves all days if no fact is dated. */
function truthsOf(known, dated) {
  const names = Object.keys(dated);
  const kept = new Map();
  return (rules, on) => {
    if (!kept.has(rules)) kept.set(rules, new Map());
    const byDay = kept.get(rules);
    const day = names.length ? on : null;
    if (!byDay.has(day)) {
      const env = { ...known };
      for (const name of names) {
        env[name] = valueOn(dated[name], on) ?? unknownOf(rules.document.facts[name]);
      }
      byDay.set(day, runRules(rules, env));
    }
    return byDay.get(day);
  };
}

// --- programmes and amounts

function judge(programme, env) {
  const entitles = evaluate(programme.entitled, env);
  if (entitles === FALSE) return { ...programme, env, entitles, low: 0, high: 0 };
  const amount = evaluate(programme.price, env);
  const [low, high] = amount === null ? boundsOf(programme, env) : [amount, amount];
  return { ...programme, env, entitles, low, high };
}

/** The least and most an amount can be: over both works if their kind is open, from 0 if a fact is unknown. */
function boundsOf(programme, env) {
  const lows = [];
  const highs = [];
  for (const [kind, price] of Object.entries(programme.prices)) {
    if (env.works_kind !== null && env.works_kind !== kind) continue;
    const amount = evaluate(price.amount, env);
    lows.push(amount ?? 0);
    highs.push(amount ?? evaluate(price.atMost, env));
  }
  return [Math.min(...lows), Math.max(...highs)];
}

function outcomeOf(needs, winner, env) {
  if (needs) return "needs_information";
  if (!winner) return "not_entitled";
  return env.registered === FALSE ? "not_registered" : "entitled";
}

function houseClass(env, house) {
  const truths = [env[house.temporary], env[house.no_house]];
  if (truths[0] === TRUE) return "temporary_or_dilapidated";
  if (truths[1] === TRUE) return "no_house";
  return truths.includes(UNKNOWN) ? "unknown" : "sound";
}

function priorityOf(winner) {
  const place = winner.priority.findIndex((code) => winner.env[code] !== FALSE);
  return place >= 0 && winner.env[winner.priority[place]] === TRUE ? place + 1 : null;
}

/** The amount cut by percent; the last tranche takes what rounding leaves, so the sum is exact. */
function tranchesOf(winner, worksKind, amount) {
  if (!winner || amount === null || worksKind === null) return [];
  const shares = winner.tranches[worksKind];
  const parts = shares.map(({ percent }) => Math.floor((amount * percent) / 100));
  const before = parts.slice(0, -1).reduce((sum, part) => sum + part, 0);
  parts[parts.length - 1] = amount - before;
  return shares.map((share, place) => ({ ...share, amount_vnd: parts[place] }));
}

/** Whether another day stands in for the one that the level follows, not known yet. */
function standsIn({ key_date: key }, known) {
  return key !== "surveyed_on" && known[key === "entered_on" ? "approved_on" : key] === null;
}

/** What a later start of building would get: [[from, programme, amount]]. */
function ifStarted(winner, amount, known) {
  if (!winner || amount === null || !winner.by_entry || !standsIn(winner, known)) return [];
  let before = amount;
  const found = [];
  for (const [day, exact] of laterAmounts(winner)) {
    const later = exact === null ? before : rounded(exact);
    if (later !== before) found.push([dayOf(day), winner.id, later]);
    before = later;
  }
  return found;
}

/** The first day on which no programme that could be chosen still helps; null where one stands. */
function lapsesOn(possible, known) {
  const days = possible.map((one) => (endFor(one, known)?.becomes === "lapses" ? one.last + 1 : null));
  return days.length && !days.includes(null) ? dayOf(Math.max(...days)) : null;
}

/**
 * The day on which the definition of a temporary house changed before the household was approved.
 * @param {any} law
 * @param {Object<string, any>} known
 */
function redefined(law, { approved_on: approved }) {
  const changed = redefinedOn(law);
  return changed !== null && (approved === null || changed <= approved) ? dayOf(changed) : null;
}

function unverifiedOf(one, known) {
  const end = endFor(one, known);
  const isSure = end === null || one.rules.document.cites[end.cite].verified;
  return isSure ? [...one.unverified] : [...one.unverified, `${one.id}.end`];
}

/** The unknown facts that could change the programme or the amount, by name. */
function missingFacts(possible) {
  const found = new Set();
  const seenIn = new Map();
  for (const { env, entitled, price, rules } of possible) {
    if (!seenIn.has(env)) seenIn.set(env, new Set());
    for (const tree of [entitled, price]) addMissing(tree, env, rules, found, seenIn.get(env));
  }
  return [...found].sort();
}

function resultOf({ id, entitles, codes, env }) {
  const side = (truth) => codes.filter((code) => env[code] === truth);
  return { id, entitles, met: side(TRUE), not_met: side(FALSE), unknown: side(UNKNOWN) };
}

function trueOf(codes, env) {
  return codes.filter((code) => env[code] === TRUE);
}

/** To whole đồng; a half goes to the even side, as on the server. */
function rounded(amount) {
  const down = Math.floor(amount);
  const rest = amount - down;
  return rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1;
}
