// From a survey's answers to the facts the law is told (survey/questionnaire/facts.py), and those facts beside
// what else is known of the household (survey/assessment/facts.py).

import { dayOf, daysOf } from "../law/days.js";
import { asked, questionsOf } from "./relevance.js";

/** @import { Answers } from "../types.js" */

const STATUS_VALUES = {
  poverty_status: { poor: "poor", near_poor: "near_poor", none: "none" },
  merit_status: { recognised: true, not_recognised: false },
};
const LIST_SOURCE = "list:";

/**
 * The facts in checked answers (`check(...).values`), as `law.assess` takes them; hidden answers are left out.
 *
 * Days are {$date}, statuses are {$dated: [[{$date}, {$date} or null, value]]}, both ends included.
 */
export function surveyFacts(form, values) {
  const questions = questionsOf(form);
  /** @type {Answers} */
  const told = {};
  for (const question of questions) {
    const { code } = question;
    if (Object.hasOwn(values, code) && asked(question, values) !== false) told[code] = values[code];
  }
  const facts = {};
  for (const { code, fact, kind } of questions) {
    if (fact && code in told) facts[fact] = kind === "date" ? marked(told[code]) : told[code];
  }
  return { ...facts, ...statuses(told.status_records ?? []), ...earlierHelp(told) };
}

/**
 * Everything the law is told about one household; of two for one fact the later named counts.
 *
 * `told`: what `surveyFacts` gave. `area`: plain facts of the place. `records`: the statuses the server keeps,
 * the newest recorded first: [{fact, value, valid_from, valid_to, source}]. `acts`: what the case tells
 * (registered, works_kind, approved_on, started_on). `envelopeId`: of this survey, whose earlier versions no
 * longer count.
 * @param {object} told
 * @param {{area?: object, records?: any[], acts?: object, envelopeId?: string}} known
 */
export function collectFacts(told, { area = {}, records = [], acts = {}, envelopeId = "" } = {}) {
  const ours = `survey:${envelopeId}/`;
  const kept = records.filter((record) => !envelopeId || !record.source.startsWith(ours));
  return { ...told, ...area, ...recordedStatuses([...toldRecords(told), ...kept]), ...acts };
}

function marked(text) {
  return text === null ? null : { $date: text };
}

// --- dated statuses

/** Each kind of status with its periods, the later period cutting the earlier one short. */
function statuses(records) {
  const periods = {};
  for (const record of records) {
    const span = spanOf(record);
    const value = STATUS_VALUES[record.kind]?.[record.value];
    if (span && value !== undefined) (periods[record.kind] ??= []).push([...span, value]);
  }
  return datedOf(Object.entries(periods).map(([kind, entries]) => [kind, withoutOverlaps(entries)]));
}

function datedOf(pairs) {
  const dated = pairs.map(([kind, entries]) => [
    kind,
    { $dated: entries.map(([first, last, value]) => [marked(first), marked(last), value]) },
  ]);
  return Object.fromEntries(dated);
}

/**
 * First and last day a record holds for; null when nothing dates it. A yearly list holds for its year and not
 * before it was decided; a poverty record without an end holds to the end of that year (Decision
 * 24/2021/QĐ-TTg); merit stays until it is withdrawn.
 */
function spanOf({ kind, year, decided_on: decidedOn, valid_until: validUntil }) {
  const starts = [...(year ? [`${year}-01-01`] : []), ...(decidedOn ? [decidedOn] : [])].sort();
  const first = starts.pop();
  if (!first) return null;
  if (validUntil) return [first, validUntil];
  if (kind === "merit_status") return [first, null];
  const end = `${year || first.slice(0, 4)}-12-31`;
  return [first, end > first ? end : first];
}

/** In order of their first day; where two begin on one day, the one recorded last counts. */
function withoutOverlaps(entries) {
  const byStart = new Map(entries.map((entry) => [entry[0], entry]));
  const ordered = [...byStart.keys()].sort().map((first) => byStart.get(first));
  return ordered.map(([first, last, value], place) => {
    const following = ordered[place + 1]?.[0];
    const isCut = following && (last === null || last >= following);
    return [first, isCut ? dayOf(/** @type {number} */ (daysOf(following)) - 1) : last, value];
  });
}

/** The statuses of this survey as records, ahead of those the server keeps: they are the newest. */
function toldRecords(told) {
  const rows = Object.entries(told).flatMap(([fact, { $dated: entries = [] }]) =>
    entries.map(([first, last, value]) => ({
      fact,
      value,
      valid_from: first.$date,
      valid_to: last && last.$date,
      source: "survey:",
    })),
  );
  return rows.reverse();
}

/** By fact: official lists, and what was told for days that no list covers. */
function recordedStatuses(records) {
  const byFact = {};
  for (const record of records) (byFact[record.fact] ??= []).push(record);
  const entry = (record) => [record.valid_from, record.valid_to, record.value];
  return datedOf(Object.entries(byFact).map(([fact, found]) => [fact, strongest(found).map(entry)]));
}

function strongest(records) {
  const isListed = (record) => record.source.startsWith(LIST_SOURCE);
  const listed = records.filter(isListed);
  const isCovered = ({ valid_from: on }) =>
    listed.some((list) => list.valid_from <= on && (list.valid_to === null || on <= list.valid_to));
  return [...listed, ...records.filter((record) => !isListed(record) && !isCovered(record))];
}

// --- earlier help

/** Earlier help flattened into the facts the law asks about; what a row leaves open stays unknown. */
/** @param {Answers} told */
function earlierHelp({ has_earlier_help: answer, earlier_help: rows = [] }) {
  if (answer === undefined && !rows.length) return {};
  if (!rows.length) return answer === false ? neverHelped() : { helped_before: true };
  // What was paid for a house since lost says nothing of this house.
  const ntp = rows.filter((row) => row.programme === "ntp" && !row.house_lost_to_disaster);
  const amounts = allOf(ntp, "amount_vnd");
  const years = allOf(rows, "year");
  const facts = {
    helped_before: true,
    helped_2013: rows.some((row) => row.programme === "qd22_2013"),
    ntp_paid_vnd: amounts && amounts.reduce((sum, amount) => sum + amount, 0),
    last_help_year: years && Math.max(...years),
    helped_house_lost: houseLost(rows, years),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null));
}

function neverHelped() {
  return { helped_before: false, helped_2013: false, helped_house_lost: false, ntp_paid_vnd: 0 };
}

/** A column of every row; null as soon as one row does not tell. */
function allOf(rows, column) {
  return rows.every((row) => column in row) ? rows.map((row) => row[column]) : null;
}

/** Was the house of the latest help lost since? Without all years, only what every row agrees on. */
function houseLost(rows, years) {
  const latest = years ? rows.filter((row) => row.year === Math.max(...years)) : rows;
  const answers = new Set(latest.map((row) => row.house_lost_to_disaster ?? null));
  return answers.size === 1 ? [...answers][0] : null;
}
