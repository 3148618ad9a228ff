// Answers against a form as JSON: the same values, faults and missing answers as `schema.check` of the
// questionnaire. Nothing here throws for what was answered.

import { readPlain } from "./answers.js";
import { short, tellFault } from "./fault_texts.js";
import { asked, questionsOf, truthOf } from "./relevance.js";

const MOST_ROWS_READ = 1000;

/**
 * Every valid answer, every fault, and the expected answers that are surely asked and absent.
 *
 * `form`: as `json_form` writes it; `texts`: as `json_texts`. Gives {values, faults: [{question, number, vi,
 * en, next: {vi, en}, got}], missing: [codes]}; `question` is a path such as `status_records[0].year`, "" for
 * the whole form. Answers hidden by their condition are kept: `surveyFacts` leaves them out.
 */
export function check(form, payload, texts) {
  if (!isGroup(payload)) {
    const got = typeName(payload);
    return { values: {}, faults: [told({ path: "", number: 4002, details: { got } }, texts)], missing: [] };
  }
  const questions = questionsOf(form);
  const faults = [];
  const values = readGroup(questions, payload, "", faults);
  faults.push(...notAnswered(questions, values, ""));
  for (const question of questions) {
    if (question.kind === "roster") faults.push(...rowFaults(question, values[question.code] ?? []));
  }
  faults.push(...contradictions(form.checks, values, ""));
  const missing = questions.filter(
    (question) => question.expected && !(question.code in values) && asked(question, values) === true,
  );
  return {
    values,
    faults: once(faults).map((fault) => told(fault, texts)),
    missing: missing.map(({ code }) => code),
  };
}

function told(fault, texts) {
  return { question: short(fault.path, 120), number: fault.number, ...tellFault(fault, texts) };
}

// --- reading

function isGroup(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeName(value) {
  if (value === null || value === undefined) return "NoneType";
  if (Array.isArray(value)) return "list";
  return { string: "str", boolean: "bool", number: Number.isInteger(value) ? "int" : "float" }[typeof value];
}

/** The valid answers of a payload, a row or a point; keys that nobody asks for are faults (4004). */
function readGroup(questions, given, path, faults) {
  const values = {};
  for (const question of questions) {
    if (!Object.hasOwn(given, question.code)) continue;
    const value = readAnswer(question, given[question.code], join(path, question.code), faults);
    if (value !== null) values[question.code] = value;
  }
  const known = new Set(questions.map(({ code }) => code));
  for (const key of Object.keys(given).filter((name) => !known.has(name))) {
    const at = join(path, key);
    faults.push({ path: at, number: 4004, details: { question: short(at) } });
  }
  return values;
}

/** The path of a key; "_schema" stands for the thing itself, as the server has it. */
function join(path, key) {
  if (key === "_schema") return path;
  return path ? `${path}.${short(key)}` : short(key);
}

/** One answer in its normal form; null when it is empty or wrong, and then `faults` says why. */
function readAnswer(question, value, path, faults) {
  if (value === null || value === undefined) return null;
  if (question.kind === "point") return readPoint(question, value, path, faults);
  if (question.kind === "roster") return readRoster(question, value, path, faults);
  const { value: read = null, number, details, got = value } = readPlain(question, value);
  if (number) faults.push({ path, number, details, question, got });
  return read;
}

function wrongType(question, value, path) {
  return { path, number: 4005, question, got: value };
}

function readPoint(question, value, path, faults) {
  if (!isGroup(value)) {
    faults.push(wrongType(question, value, path));
    return null;
  }
  const parts = readGroup(question.columns, value, path, faults);
  return Object.keys(parts).length ? parts : null;
}

function readRoster(question, value, path, faults) {
  if (!Array.isArray(value)) {
    faults.push(wrongType(question, value, path));
    return null;
  }
  const rows = value.slice(0, MOST_ROWS_READ).map((row, index) => {
    const at = `${path}[${index}]`;
    if (isGroup(row)) return readGroup(question.columns, row, at, faults);
    faults.push(wrongType(question, row, at));
    return {};
  });
  if (value.length > question.max_rows) {
    const details = { count: value.length, limit: question.max_rows };
    faults.push({ path, number: 4013, details, question, got: value });
  }
  return rows;
}

// --- what must be there, and what must not be contradicted

/** Required answers that may be asked and are absent (4008), those of a point included. */
function notAnswered(questions, values, path) {
  return questions.flatMap((question) => {
    const { code } = question;
    const at = path + code;
    if (code in values) {
      return question.kind === "point" ? notAnswered(question.columns, values[code], `${at}.`) : [];
    }
    if (!question.required || asked(question, values) === false) return [];
    return [{ path: at, number: 4008, details: { question: code, ...labels("label", question.labels) } }];
  });
}

function rowFaults(question, rows) {
  return rows.flatMap((row, index) => {
    const path = `${question.code}[${index}]`;
    return [
      ...notAnswered(question.columns, row, `${path}.`),
      ...contradictions(question.checks, row, path),
    ];
  });
}

function contradictions(checks, values, path) {
  const broken = checks.filter(({ holds }) => truthOf(holds, values) === false);
  return broken.map((each) => ({
    path,
    number: 4009,
    details: { question: path, ...labels("reason", each.labels) },
  }));
}

function labels(name, words) {
  return { [`${name}_vi`]: words.vi, [`${name}_en`]: words.en };
}

/** A required answer that was given but wrong is one fault, not two. */
function once(faults) {
  const wrong = new Set(faults.filter(({ number }) => number !== 4008).map(({ path }) => path));
  return faults.filter(({ number, path }) => number !== 4008 || !wrong.has(path));
}
