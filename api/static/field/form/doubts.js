// Answers that can hardly be true: the same flags as survey/questionnaire/doubts.py. They refuse nothing.

import { asked, questionsOf, truthOf } from "./relevance.js";

/** @import { Answers, Doubt, Form } from "../types.js" */

const NATIONAL_ID_DIGITS = 12;

/**
 * The flags that checked answers earn: {code, question, labels}, in a roster with the row from 1.
 * @param {Form} form
 * @param {Answers} values
 * @param {string} visitedOn The day of the visit, YYYY-MM-DD.
 * @returns {{code: string, question: string, labels: object, row?: number}[]}
 */
export function doubts(form, values, visitedOn) {
  const shown = questionsOf(form).filter((one) => one.code in values && asked(one, values) !== false);
  const told = Object.fromEntries(shown.map(({ code }) => [code, values[code]]));
  const known = measures(told, visitedOn);
  const earned = (doubt, answers) => truthOf(doubt.holds, { ...answers, ...known }) === false;
  const inRows = shown.flatMap((question) =>
    (question.doubts?.length ? told[question.code] : []).flatMap((row, at) =>
      question.doubts
        .filter((doubt) => earned(doubt, row))
        .map((doubt) => flag(doubt, { question: `${question.code}[${at}].${doubt.question}`, row: at + 1 })),
    ),
  );
  return [...(form.doubts ?? []).filter((doubt) => earned(doubt, told)).map((doubt) => flag(doubt)), ...inRows];
}

/** @param {Doubt} doubt */
function flag({ code, question, labels }, more = {}) {
  return { code, question, labels, ...more };
}

/** What the doubts compare with: the visit, how many members are named, what the national id says. */
function measures(told, visitedOn) {
  return {
    visit_day: visitedOn,
    visit_year: Number(visitedOn.slice(0, 4)),
    member_count: (told.members ?? []).length,
    ...ofNationalId(told.national_id ?? ""),
  };
}

function ofNationalId(digits) {
  if (digits.length !== NATIONAL_ID_DIGITS) return {};
  const century = Number(digits[3]);
  return {
    id_birth_year: 1900 + 100 * Math.floor(century / 2) + Number(digits.slice(4, 6)),
    id_sex: century % 2 ? "female" : "male",
  };
}
