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
  laterParts,
  lawOn,
  redefinedOn,
  rulesOn,
  runRules,
} from "./rules.js";
import { dayOf, daysOf } from "./days.js";
import { NO_MONEY, amountOf, componentsOf, isSettled, reckon, rounded, together } from "./money.js";

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
  const winner = chosen !== undefined && possible.length === 1 ? chosen : null;
  const needs = possible.length > 0 && (winner === null || !isSettled(winner.money));
  const told = summary(winner, needs, truths(rulesOn(law, dates), law.on), law.document);
  return {
    ...told,
    ...rangeOf(possible, chosen, told.amount_vnd),
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
  const settled = needs ? null : winner;
  const components = settled ? componentsOf(settled.money, env.works_kind) : [];
  return {
    outcome: outcomeOf(needs, winner, env),
    house_class: houseClass(env, house),
    programme: winner?.id ?? null,
    works_kind: env.works_kind,
    amount_vnd: settled ? amountOf(settled.money) : null,
    components,
    open_components: settled ? openOf(settled) : [],
    priority: winner ? priorityOf(winner) : null,
    tie_breaks: winner ? winner.tie_break.map((code) => winner.env[code]) : [],
    tranches: together(components),
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
  if (value === null || value === undefined || isNotMeasured(value, fact)) return unknownOf(fact);
  const encoded = ENCODERS[fact.type](value, fact);
  if (encoded === null) throw new FactFault(2031, name);
  return encoded;
}

/** Whether a value only says that nothing was measured (0 m²): it is unknown. */
export function isNotMeasured(value, { not_measured: notMeasured = null }) {
  return notMeasured !== null && value === notMeasured;
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
  const money = entitles === FALSE ? NO_MONEY : reckon(programme.parts, env);
  return { ...programme, env, entitles, money };
}

/** The least and most over the possible programmes; a settled amount is the least, as what is open only adds. */
function rangeOf(possible, chosen, amount) {
  const lows = possible.map(({ money }) => money.low);
  const low = rounded(Math.min(...lows, ...(chosen ? [] : [0])));
  const high = rounded(Math.max(0, ...possible.map(({ money }) => money.high)));
  if (amount === null) return { amount_low_vnd: low, amount_high_vnd: high };
  return { amount_low_vnd: amount, amount_high_vnd: Math.max(amount, high) };
}

/** The components that unknown facts leave open, each with the facts that matter to it alone. */
function openOf(winner) {
  return winner.money.shares.filter(isOpen).map(({ part, low, high }) => ({
    code: part.code,
    kind: part.kind,
    payer: part.payer,
    low_vnd: rounded(low),
    high_vnd: rounded(high),
    is_apart: part.is_apart,
    missing_facts: missingOf(part, winner),
  }));
}

function isOpen({ low, high }) {
  return low !== high;
}

/** The unknown facts that leave one component open; where it lifts, those of what it lifts. */
function missingOf(part, winner) {
  const found = new Set();
  const trees = [part.entitled, part.price, ...(part.already === null ? [] : [part.already])];
  for (const tree of trees) addMissing(tree, winner.env, winner.rules, found, new Set());
  if (!found.size && part.lifts) {
    // Only what comes before it is lifted; each of two that lift waiting for the other would never end.
    const { shares } = winner.money;
    const before = shares.slice(0, shares.findIndex((share) => share.part === part));
    for (const other of before.filter(isOpen)) for (const name of missingOf(other.part, winner)) found.add(name);
  }
  return [...found].sort();
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

/** Whether another day stands in for the one that the level follows, not known yet. */
function standsIn({ key_date: key }, known) {
  return key !== "surveyed_on" && known[key === "entered_on" ? "approved_on" : key] === null;
}

/** What a later start of building would get: [[from, programme, amount, components]]. */
function ifStarted(winner, amount, known) {
  if (!winner || amount === null || !winner.by_entry || !standsIn(winner, known)) return [];
  const { env } = winner;
  let before = JSON.stringify(componentsOf(winner.money, env.works_kind));
  const found = [];
  for (const [day, parts] of laterParts(winner)) {
    const later = reckon(parts, env);
    const components = componentsOf(later, env.works_kind);
    const told = JSON.stringify(components);
    if (!isSettled(later) || told === before) continue;
    found.push([dayOf(day), winner.id, amountOf(later), components]);
    before = told;
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
  const parts = one.money.shares.filter(({ high }) => high).flatMap(({ part }) => [...part.unverified]);
  return [...one.unverified, ...parts, ...(isSure ? [] : [`${one.id}.end`])];
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
