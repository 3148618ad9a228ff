// The law fixed on dates and at a place: values put in, what cannot matter folded away (survey/law/rules.py).

import {
  FALSE,
  TRUE,
  UNKNOWN,
  evaluate,
  fold,
  isConstant,
  isTruth,
  kindOf,
  namesIn,
  partsOf,
} from "./expressions.js";
import { dayOf, daysOf } from "./days.js";

/** The dates of a household that law may follow: the visit, its entry (approval, else visit), the start. */
export const KEY_DATES = ["surveyed_on", "entered_on", "started_on"];
const KEPT_RULES = 60;

/**
 * The law for a survey day (YYYY-MM-DD) at a place (its path of area codes, deepest first).
 * `document` is what `json_law` writes. Throws a RangeError for a day that is none.
 */
export function lawOn(document, on, areaCodes = []) {
  const day = daysOf(on);
  if (day === null) throw new RangeError(`not a day: ${on}`);
  const values = Object.values(document.values);
  const own = new Set(values.flatMap((value) => Object.keys(value.areas)));
  return { document, on: day, areaCodes, areas: areaCodes.filter((code) => own.has(code)), kept: new Map() };
}

/** A household's key dates as days by name; a start that is not known yet counts as the latest known one. */
export function keyDates(law, env) {
  const entered = env.approved_on ?? law.on;
  const latest = shapeOf(law.document) === 1 ? law.on : Math.max(law.on, entered);
  // A law kept from before still has another name for the day of entry.
  const days = { surveyed_on: law.on, entered_on: entered, approved_on: entered };
  return { ...days, started_on: env.started_on ?? latest };
}

function shapeOf({ shape = 1 }) {
  return shape;
}

/** The day on which a programme's conditions are asked, by name. */
export function askedOn({ by_entry: byEntry, key_date: keyDate }) {
  return byEntry ? "entered_on" : keyDate;
}

/** The dates on which a household asks a programme (book.py: Programme.asked); null: it is out of the question. */
export function askedDates(programme, dates) {
  const { first, last, key_date: keyDate, by_entry: byEntry } = programme;
  const isInForce = (on) => covers(first, last, on);
  if (!byEntry) return isInForce(dates[keyDate]) ? dates : null;
  if (hasEnded(programme, dates.entered_on) && !isInForce(dates.surveyed_on)) return null;
  const capped = (on) => (last === null ? on : Math.min(on, last));
  const own = { ...dates, entered_on: capped(dates.entered_on), started_on: capped(dates.started_on) };
  return isInForce(own.entered_on) && isInForce(own[keyDate]) ? own : null;
}

export function hasEnded({ last }, on) {
  return last !== null && last < on;
}

/** The rule that a programme's end has for a household approved and begun (or not) on these days, if any. */
export function endFor(programme, { approved_on: approved, started_on: started }) {
  if (!programme.by_entry || programme.last === null) return null;
  if (approved === null || hasEnded(programme, approved)) return programme.unapproved;
  return started === null || hasEnded(programme, started) ? programme.unstarted : null;
}

/** The programmes in question on these dates, the one to be chosen first first, each with its `rules`. */
export function candidatesOn(law, dates) {
  const asked = law.document.programmes.flatMap((one) => {
    const own = askedDates(one, dates);
    return own ? [{ one, own, givesWay: givesWay(one, dates) }] : [];
  });
  asked.sort((one, other) => one.givesWay - other.givesWay);
  return asked.map(({ one, own }) => {
    const rules = rulesOn(law, own);
    return { ...rules.programmes.find(({ id }) => id === one.id), rules, own };
  });
}

function givesWay(programme, { entered_on: entered }) {
  const isLate = programme.by_entry && hasEnded(programme, entered);
  return Number(isLate && programme.unapproved?.becomes === "lapses");
}

/** What a start on each later day on which the amount may change would be made of: [[day, parts]]. */
export function laterParts({ id, rules, own, last }) {
  const { document, areas } = rules;
  const programme = document.programmes.find((one) => one.id === id);
  const added = supplementsOf(document).filter((one) => addsTo(one, id));
  const trees = [...componentsOfProgramme(programme), ...added.map(({ component }) => component)].map(({ price }) => price);
  const levels = [...new Set(trees.flatMap(namesIn))].filter(
    (name) => document.values[name]?.key_date === "started_on",
  );
  const spans = added.filter(({ key_date: key }) => key === "started_on");
  const days = ascending([
    ...boundsOf(levels.map((name) => document.values[name]), areas),
    ...spans.flatMap((one) => boundsOfSpan(one.first, one.last)),
  ]);
  const later = days.filter((day) => day > own.started_on && (last === null || day <= last));
  return later.map((day) => {
    const dates = { ...own, started_on: day };
    const constants = new Map(rules.constants);
    for (const name of levels) setValue(constants, name, document.values[name], dates, areas);
    return [day, partsOfProgramme(programme, { ...rules, dates, constants })];
  });
}

/** The components of a programme; a law kept from before has an amount that is one sum. */
function componentsOfProgramme({ id, title, cite, components, price, prices }) {
  if (components) return components;
  const whole = { kind: "budget", payer: "", is_apart: false, lifts: false, already: null, tranches: null };
  return [{ ...whole, code: `${id}.amount`, title, cite, price, prices }];
}

function supplementsOf({ supplements = [] }) {
  return supplements;
}

/** Every component of the law by its code. */
export function componentsByCode(document) {
  const own = document.programmes.flatMap(componentsOfProgramme);
  const added = supplementsOf(document).map(({ component }) => component);
  return new Map([...own, ...added].map((one) => [one.code, one]));
}

function addsTo({ programmes }, id) {
  return !programmes.length || programmes.includes(id);
}

/** The components of a programme's amount on given dates, those that are added after its own. */
function partsOfProgramme(programme, rules) {
  const { document, dates } = rules;
  const own = componentsOfProgramme(programme).map((one) => ({ ...one, entitled: ["truth", TRUE], decides: true }));
  const added = supplementsOf(document).filter(
    (one) => addsTo(one, programme.id) && covers(one.first, one.last, dates[one.key_date]),
  );
  const parts = [...own, ...added.map(({ component, entitled }) => ({ ...component, entitled, decides: false }))];
  return parts.map((part) => partOf(part, programme, rules));
}

function partOf(part, programme, rules) {
  const { constants } = rules;
  const price = ([kind, { amount, at_most: atMost }]) => [
    kind,
    { amount: fold(amount, constants), atMost: fold(atMost, constants) },
  ];
  return {
    ...part,
    decides: part.decides && part.kind === "budget" && !part.is_apart,
    entitled: fold(part.entitled, constants),
    price: fold(part.price, constants),
    prices: Object.fromEntries(Object.entries(part.prices).map(price)),
    already: part.already === null ? null : fold(part.already, constants),
    tranches: part.tranches ?? programme.tranches,
    unverified: unverifiedPart(part, programme, rules),
  };
}

function unverifiedPart(part, programme, rules) {
  const { cites } = rules.document;
  const found = new Set();
  collectUnverified(part.entitled, rules, found);
  collectUnverified(part.price, rules, found);
  const isOwn = componentsOfProgramme(programme).some(({ code }) => code === part.code);
  // Of a programme that is unconfirmed as a whole no part need be named.
  const isSaid = isOwn && !cites[programme.cite].verified;
  if (!cites[part.cite].verified && !isSaid) found.add(part.code);
  return found;
}

function setValue(constants, name, value, dates, areas) {
  const amount = periodOf(value, dates, areas)?.[2] ?? null;
  if (amount === null) constants.delete(name);
  else constants.set(name, [value.kind, amount]);
}

/** The days on which one of these values may become another one, ascending. */
function boundsOf(values, areas) {
  const periods = values.flatMap((value) => [...areas.map((code) => value.areas[code] ?? []), value.dated].flat());
  return ascending(periods.flatMap(([first, last]) => boundsOfSpan(first, last)));
}

function boundsOfSpan(first, last) {
  return [...(first === null ? [] : [first]), ...(last === null ? [] : [last + 1])];
}

function ascending(days) {
  return [...new Set(days)].sort((one, other) => one - other);
}

/** The first day after the survey on which the house would be asked by another definition; null if none is known. */
export function redefinedOn({ document, on, areas }) {
  if (shapeOf(document) === 1) return null;
  const values = document.definition.map((name) => document.values[name]).filter(Boolean);
  const clauses = document.clauses.filter(({ code }) => document.definition.includes(code));
  const holding = (day) => [
    ...values.map((value) => periodOf({ ...value, key_date: "day" }, { day }, areas)),
    ...clauses.map(({ first, last }) => covers(first, last, day)),
  ];
  const spans = clauses.flatMap(({ first, last }) => boundsOfSpan(first, last));
  const now = holding(on);
  const differs = (day) => holding(day).some((each, place) => each !== now[place]);
  return ascending([...boundsOf(values, areas), ...spans]).find((day) => day > on && differs(day)) ?? null;
}

/** The rules for these key dates; kept with the law, since few combinations exist. */
export function rulesOn(law, dates) {
  const key = KEY_DATES.map((name) => dates[name]).join();
  if (!law.kept.has(key)) {
    if (law.kept.size >= KEPT_RULES) law.kept.clear();
    law.kept.set(key, makeRules(law.document, dates, law.areas));
  }
  return law.kept.get(key);
}

/** The period [first, last, amount, cite] that holds on a value's key date; areas come before the nation. */
export function periodOf(value, dates, areas) {
  const on = dates[value.key_date];
  const lists = [...areas.map((code) => value.areas[code] ?? []), value.dated];
  return lists.flat().find(([first, last]) => covers(first, last, on));
}

function covers(first, last, on) {
  return (first === null || first <= on) && (last === null || on <= last);
}

function makeRules(document, dates, areas) {
  const rules = { document, dates, areas, constants: new Map(), unset: [], definitions: new Map() };
  setValues(rules);
  for (const clause of document.clauses) {
    const inForce = covers(clause.first, clause.last, dates[clause.key_date]);
    const folded = inForce ? fold(clause.tree, rules.constants) : ["truth", FALSE];
    if (isConstant(folded)) rules.constants.set(clause.code, folded);
    rules.definitions.set(clause.code, folded);
  }
  rules.kinds = kindsOf(document);
  rules.trees = new Map(document.clauses.map((clause) => [clause.code, clause]));
  const inForce = document.programmes.filter((one) => covers(one.first, one.last, dates[askedOn(one)]));
  rules.programmes = inForce.map((one) => foldedProgramme(one, rules));
  return rules;
}

function setValues(rules) {
  const { document, dates, areas, constants, unset } = rules;
  constants.set("surveyed_year", ["number", Number(dayOf(dates.surveyed_on).slice(0, 4))]);
  for (const [name, value] of Object.entries(document.values)) {
    const amount = periodOf(value, dates, areas)?.[2] ?? null;
    if (amount === null) unset.push(name);
    else constants.set(name, [value.kind, amount]);
  }
}

function kindsOf(document) {
  const kinds = { surveyed_year: "number" };
  for (const [name, fact] of Object.entries(document.facts)) kinds[name] = fact.kind;
  for (const [name, value] of Object.entries(document.values)) kinds[name] = value.kind;
  for (const clause of document.clauses) kinds[clause.code] = "truth";
  return kinds;
}

function foldedProgramme(one, rules) {
  return {
    ...one,
    codes: [...one.all, ...one.any, ...one.none],
    entitled: fold(one.entitled, rules.constants),
    price: fold(one.price, rules.constants),
    parts: partsOfProgramme(one, rules),
    unverified: unverifiedOf(one, rules),
  };
}

/** The environment with what is settled and the truth of every condition added (in place). */
export function runRules(rules, env) {
  for (const name of rules.unset) env[name] = null;
  for (const [code, tree] of rules.definitions) env[code] = evaluate(tree, env);
  return env;
}

/** The unknown facts below an unknown tree, and nothing else, added to `found` (survey/law/missing.py). */
export function addMissing(tree, env, rules, found, seen) {
  if (isConstant(tree) || !isUnknown(evaluate(tree, env), kindOf(tree, rules.kinds))) return;
  if (tree[0] === "name") addMissingName(tree[1], env, rules, found, seen);
  else for (const part of partsThatDecide(tree, env)) addMissing(part, env, rules, found, seen);
}

function addMissingName(name, env, rules, found, seen) {
  if (seen.has(name)) return;
  seen.add(name);
  const tree = rules.definitions.get(name);
  if (tree) addMissing(tree, env, rules, found, seen);
  else if (Object.hasOwn(rules.document.facts, name)) found.add(name);
}

function isUnknown(value, kind) {
  return kind === "truth" ? value === UNKNOWN : value === null;
}

function partsThatDecide(tree, env) {
  if (tree[0] !== "if") return partsOf(tree);
  const [, condition, yes, no] = tree;
  const truth = evaluate(condition, env);
  return truth === TRUE ? [condition, yes] : truth === FALSE ? [condition, no] : [condition, yes, no];
}

/** Names of the unconfirmed values and clauses a programme rests on, and the programme or its tranches. */
function unverifiedOf(one, rules) {
  const { cites } = rules.document;
  const found = new Set();
  collectUnverified(one.entitled, rules, found);
  collectUnverified(one.price, rules, found);
  if (!cites[one.cite].verified) found.add(one.id);
  if (!cites[one.tranches_cite].verified) found.add(`${one.id}.tranches`);
  return found;
}

function collectUnverified(tree, rules, found) {
  if (tree[0] !== "name") {
    for (const part of partsThatCount(tree, rules)) collectUnverified(part, rules, found);
    return;
  }
  const { document, dates, areas, definitions, trees } = rules;
  const name = tree[1];
  if (Object.hasOwn(document.values, name)) {
    const period = periodOf(document.values[name], dates, areas);
    if (period && !document.cites[period[3]].verified) found.add(name);
  } else if (definitions.has(name) && !isConstant(definitions.get(name))) {
    const clause = trees.get(name);
    if (!document.cites[clause.cite].verified) found.add(name);
    collectUnverified(clause.tree, rules, found);
  }
}

/** Where one part already decides an `and` or `or` on these dates, only that part counts. */
function partsThatCount(tree, rules) {
  const parts = partsOf(tree);
  const decisive = { and: FALSE, or: TRUE }[tree[0]];
  const deciding =
    decisive === undefined ? undefined : parts.find((part) => isTruth(fold(part, rules.constants), decisive));
  return deciding ? [deciding] : parts;
}
