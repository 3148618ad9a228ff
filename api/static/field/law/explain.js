// Why: the sentences of an assessment, each with where it is written (survey/law/explain.py).

import { FALSE, TRUE, namesIn } from "./expressions.js";
import { askedDates, componentsByCode, endFor, keyDates, periodOf } from "./rules.js";
import { dayOf, daysOf, shownDay } from "./days.js";
import { isNotMeasured, plainDay } from "./law.js";
import { isOfTheHouse } from "./money.js";
import { fill } from "./texts.js";

const PLACEHOLDER = /\{([\w.]+)\}/g;

/**
 * The reasons of an assessment that `assess` made under this law, in "vi" or "en": house, programme, amount,
 * priority, doubts, what is missing.
 *
 * Gives [{role, code, text, citation, verified}]; role: house, met, not_met, unknown, excludes, amount,
 * priority, doubt, missing, provisional or lapse. `citation` is "" where a sentence rests on no document.
 */
export function explain(assessment, law, lang = "vi") {
  const { document } = law;
  const acts = actsOf(assessment);
  const telling = {
    of: assessment,
    lang,
    document,
    acts,
    known: keyDates(law, acts),
    dates: keyDates(law, acts),
    areas: law.areas,
    clauses: new Map(document.clauses.map((clause) => [clause.code, clause])),
    components: componentsByCode(document),
  };
  return [house, programmes, amount, priority, doubts, missing, provisional, lapse].flatMap((part) =>
    part(telling),
  );
}

/** A whole or broken number as people write it: 1.234,5 in Vietnamese, 1,234.5 in English. */
export function shownNumber(number, lang) {
  const [whole, fraction] = general(number).split(".");
  const [group, point] = lang === "vi" ? [".", ","] : [",", "."];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return fraction ? `${grouped}${point}${fraction}` : grouped;
}

/** At most ten digits that count, very small numbers with an exponent. */
function general(number) {
  if (Number.isInteger(number)) return number.toFixed(0);
  const [digits, exponent] = number.toExponential(9).split("e");
  if (exponent >= -4 && exponent < 10) return String(Number(number.toPrecision(10)));
  return `${Number(digits)}e${exponent.replace(/^([+-])(\d)$/, "$10$2")}`;
}

/** The days of approval and start, as far as they were known. */
function actsOf({ facts }) {
  const day = (name) => daysOf(plainDay(facts[name])) ?? null;
  return { approved_on: day("approved_on"), started_on: day("started_on") };
}

/** From here on the values of the days on which the household asks this programme are told. */
function ask(telling, programme) {
  telling.dates = askedDates(programme, telling.known) ?? telling.known;
}

// --- the parts, in the order in which they are told

function house(telling) {
  const { against } = telling.document.house;
  return telling.of.house_reasons.map((code) =>
    against.includes(code)
      ? clauseReason(telling, code, "excludes", "excludes")
      : clauseReason(telling, code, "house", "met"),
  );
}

/** The chosen programme's clauses; where none is chosen, what keeps each programme away or open. */
function programmes(telling) {
  const { of } = telling;
  const told = of.programmes.filter(({ id }) => of.programme === null || of.programme === id);
  return told.flatMap((result) => programmeReasons(telling, programmeOf(telling, result.id), result));
}

function programmeOf(telling, id) {
  return telling.document.programmes.find((one) => one.id === id);
}

function programmeReasons(telling, programme, { entitles, met, not_met: notMet, unknown }) {
  ask(telling, programme);
  const isExcluding = (code) => programme.none.includes(code);
  if (entitles === TRUE) {
    return met.filter((code) => !isExcluding(code)).map((code) => clauseReason(telling, code, "met", "met"));
  }
  if (entitles !== FALSE) return [together(telling, "unknown", programme, unknown)];
  const excluding = met.filter(isExcluding);
  if (excluding.length) return [together(telling, "excludes", programme, excluding)];
  const lacking = notMet.filter((code) => programme.all.includes(code));
  const hasNone = programme.any.length && programme.any.every((code) => notMet.includes(code));
  return [together(telling, "not_met", programme, hasNone ? [...lacking, ...programme.any] : lacking)];
}

/** One sentence over several clauses of a programme; of its "one of these" list each is an alternative. */
function together(telling, role, programme, codes) {
  const { lang, document } = telling;
  const text = (code) => lowered(clauseText(telling, code));
  const either = codes.filter((code) => programme.any.includes(code)).map(text);
  const texts = codes.filter((code) => !programme.any.includes(code)).map(text);
  if (either.length) texts.push(either.join(document.sentences.or[lang]));
  const said = lowered(say(telling, role, { text: texts.join("; ") }));
  const cites = codes.map((code) => document.cites[telling.clauses.get(code).cite]);
  const citation = [...new Set(cites.map((cite) => cite[lang]))].join("; ");
  const verified = cites.every((cite) => cite.verified);
  return { role, code: programme.id, text: `${programme.title[lang]} – ${said}`, citation, verified };
}

function amount(telling) {
  const { of, lang, document } = telling;
  if (of.programme === null || of.amount_vnd === null) return [];
  const programme = programmeOf(telling, of.programme);
  ask(telling, programme);
  const parts = {
    title: programme.title[lang],
    kind: of.works_kind ? choiceLabel(document.facts.works_kind, of.works_kind, lang) : "-",
    amount: shownNumber(of.amount_vnd, lang),
  };
  const text = say(telling, "amount", parts);
  const told = of.components;
  const open = of.open_components.map((part) => openComponent(telling, part));
  const total = told.filter(({ is_apart: isApart }) => !isApart).reduce((sum, part) => sum + part.amount_vnd, 0);
  const sum = { amount: shownNumber(total, lang) };
  const whole = total === of.amount_vnd ? [] : [bare("amount", "house_total", say(telling, "house_total", sum))];
  if (!told.length || (told.length === 1 && isOfTheHouse(told[0]))) {
    const cite = told.length ? componentCite(telling, told[0].code) : programme.cite;
    return [reason(telling, "amount", programme.id, text, cite), ...open, ...whole];
  }
  const each = told.map((part) => component(telling, part));
  const verified = each.every((one) => one.verified);
  return [{ ...bare("amount", programme.id, text), verified }, ...each, ...open, ...whole];
}

/** One component: of the amount, or besides it. */
function component(telling, part) {
  const said = isOfTheHouse(part) ? "component" : "beside";
  const parts = { title: componentTitle(telling, part), amount: shownNumber(part.amount_vnd, telling.lang) };
  return ofComponent(telling, part.code, say(telling, said, parts));
}

/** One component that is still open, with what would settle it. */
function openComponent(telling, part) {
  const { lang, document } = telling;
  const labels = part.missing_facts.map((name) => lowered(document.facts[name].labels[lang])).join("; ");
  const [low, high] = [part.low_vnd, part.high_vnd].map((each) => shownNumber(each, lang));
  return ofComponent(telling, part.code, say(telling, "open", { title: componentTitle(telling, part), low, high, labels }));
}

/** A sentence on a component; confirmed only if both its amount and itself are. */
function ofComponent(telling, code, text) {
  const told = reason(telling, "amount", code, text, componentCite(telling, code));
  return { ...told, verified: told.verified && telling.document.cites[telling.components.get(code).cite].verified };
}

/** What the component is called, and who pays it where that is told and says more. */
function componentTitle(telling, { code, payer }) {
  const { lang, document } = telling;
  const title = telling.components.get(code).title[lang];
  const by = payer ? document.payers[payer][lang] : title;
  return by.toLowerCase() === title.toLowerCase() ? title : say(telling, "payer", { title, payer: by });
}

/** Where a component's amount is written: the period of its first value, or its own source. */
function componentCite({ of, document, dates, areas, components }, code) {
  const own = components.get(code);
  const price = own.prices[of.works_kind ?? ""];
  for (const name of price ? namesIn(price.amount) : []) {
    const value = Object.hasOwn(document.values, name) ? document.values[name] : null;
    const period = value && periodOf(value, dates, areas);
    if (period?.[2]) return period[3];
  }
  return own.cite;
}

function priority(telling) {
  const { of } = telling;
  if (of.priority === null || of.programme === null) return [];
  const code = programmeOf(telling, of.programme).priority[of.priority - 1];
  const text = say(telling, "priority", { n: of.priority, text: clauseText(telling, code) });
  return [reason(telling, "priority", code, text, telling.clauses.get(code).cite)];
}

function doubts(telling) {
  const { of } = telling;
  const told = of.doubts.map((code) => clauseReason(telling, code, "doubt", "doubt"));
  if (of.redefined_on === null) return told;
  const text = say(telling, "redefined", { day: shownDay(of.redefined_on) });
  return [...told, bare("doubt", "redefined_on", say(telling, "doubt", { text }))];
}

function missing(telling) {
  const { of, lang, document } = telling;
  const told = of.missing_facts.map((name) =>
    bare("missing", name, say(telling, "missing", { label: document.facts[name].labels[lang] })),
  );
  if (of.outcome !== "needs_information") return told;
  const [low, high] = [of.amount_low_vnd, of.amount_high_vnd].map((each) => shownNumber(each, lang));
  return [...told, bare("missing", "amount", say(telling, "range", { low, high }))];
}

/** Said when another day stood in for a key date, with what a later start would get. */
function provisional(telling) {
  const { of, lang, known } = telling;
  const started = { day: shownDay(dayOf(known.started_on)) };
  return [
    ...(of.provisional ? [bare("provisional", "started_on", say(telling, "provisional", started))] : []),
    ...of.if_started.map(([first, , later]) => {
      const parts = { day: shownDay(first), amount: shownNumber(later, lang) };
      return bare("provisional", "if_started", say(telling, "if_started", parts));
    }),
  ];
}

/** What the end of the programme means for the household, before it and after. */
function lapse(telling) {
  const { of, lang, acts } = telling;
  const programme = programmeOf(telling, of.programme);
  const end = programme && of.lapses_on !== null ? endFor(programme, acts) : null;
  if (!end) return [];
  const part = end === programme.unapproved ? "unapproved" : "unstarted";
  const parts = { title: programme.title[lang], day: shownDay(dayOf(programme.last)) };
  return [reason(telling, "lapse", part, say(telling, part, parts), end.cite)];
}

// --- one sentence

function say({ document, lang }, sentence, parts) {
  return fill(document.sentences[sentence][lang], parts);
}

function clauseReason(telling, code, role, sentence) {
  const text = say(telling, sentence, { text: clauseText(telling, code) });
  return reason(telling, role, code, text, telling.clauses.get(code).cite);
}

function reason({ document, lang }, role, code, text, place) {
  const cite = document.cites[place];
  return { role, code, text, citation: cite[lang], verified: cite.verified };
}

function bare(role, code, text) {
  return { role, code, text, citation: "", verified: true };
}

/** The text of a clause with the household's answers and the law's values in it. */
function clauseText(telling, code) {
  const text = telling.clauses.get(code).text?.[telling.lang] ?? code;
  return text.replace(PLACEHOLDER, (_, name) => shown(telling, name));
}

/** A fact or value as a person reads it; an unknown is an ellipsis. */
function shown({ of, lang, document, dates, areas }, name) {
  if (Object.hasOwn(document.facts, name)) {
    return factText(document, name, factOn(of.facts[name], dates.surveyed_on), lang);
  }
  const value = document.values[name];
  const number = periodOf(value, dates, areas)?.[2] ?? null;
  if (number === null) return "…";
  return value.kind === "date" ? shownDay(dayOf(number)) : shownNumber(number, lang);
}

function factOn(value, on) {
  return value?.$dated ? datedValue(value.$dated, on) : value;
}

function datedValue(entries, on) {
  /** @type {(day: any) => any} */
  const days = (day) => (day === null ? null : daysOf(plainDay(day)));
  const holding = entries.filter(([first, last]) => days(first) <= on && (last === null || on <= days(last)));
  const latest = Math.max(...holding.map(([first]) => days(first)));
  return holding.find(([first]) => days(first) === latest)?.[2];
}

function factText({ facts, sentences }, name, value, lang) {
  const fact = facts[name];
  if (value === null || value === undefined || isNotMeasured(value, facts[name])) return "…";
  if (fact.kind === "choice") return choiceLabel(fact, value, lang);
  if (fact.kind === "date") return shownDay(plainDay(value));
  if (fact.kind === "truth") return sentences[value ? "yes" : "no"][lang];
  return fact.unit === "year" ? String(value) : shownNumber(value, lang);
}

function choiceLabel(fact, value, lang) {
  return fact.choices.find(({ code }) => code === value).labels[lang];
}

function lowered(text) {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
