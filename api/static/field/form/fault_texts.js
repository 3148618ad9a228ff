// What is wrong with an answer, in words: the catalogue's sentences with their details put in.

import { fill } from "../law/texts.js";

const LANGUAGES = ["vi", "en"];
const WORDS = new Map([[true, "True"], [false, "False"], [null, "None"]]); // as the server writes them

/** What was got as short text: at most `limit` characters, never more than its size for a list or an object. */
export function short(value, limit = 60) {
  if (Array.isArray(value)) return `list (${value.length})`;
  if (typeof value === "object" && value !== null) return `dict (${Object.keys(value).length})`;
  const text = WORDS.get(value) ?? String(value).replace(/\p{Cs}/gu, "?");
  const characters = [...text];
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join("")}…`;
}

/**
 * A fault {number, details, question, got} told: {vi, en, next: {vi, en}, got}. Answers that are personal or
 * typed text never enter a sentence.
 */
export function tellFault({ number, details = {}, question, got }, texts) {
  /** @type {Object<string, any>} */
  const all = question ? { ...aboutQuestion(question, got, texts), ...details } : details;
  const { vi, en, next } = texts.problems[number];
  const steps = Object.fromEntries(LANGUAGES.map((lang) => [lang, fill(next[lang], all)]));
  return { vi: fill(vi, all), en: fill(en, all), next: steps, got: all.got ?? null };
}

function aboutQuestion({ code, kind, labels, private: isPrivate }, got, texts) {
  return {
    question: code,
    label_vi: labels.vi,
    label_en: labels.en,
    got: isPrivate || kind === "text" ? "(…)" : short(got),
    expected_vi: texts.kinds[kind].vi,
    expected_en: texts.kinds[kind].en,
  };
}
