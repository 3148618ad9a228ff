// Conditions over answers, with three values (survey/questionnaire/relevance.py).

import { daysOf } from "../law/days.js";
import { FALSE, TRUE, UNKNOWN, evaluate } from "../law/expressions.js";

/** @import { Answers, Condition, Form, Question } from "../types.js" */

/**
 * Whether a condition {tree, kinds} holds for these answers: true, false, or null: an absent one decides.
 * @param {Condition} condition
 * @param {Answers} values
 * @returns {boolean | null}
 */
export function truthOf(condition, values) {
  const env = {};
  for (const [name, kind] of Object.entries(condition.kinds)) env[name] = encoded(values[name], kind);
  const truth = evaluate(condition.tree, env);
  return truth === TRUE ? true : truth === FALSE ? false : null;
}

/**
 * Whether a question is asked: true, false when its condition hides it, null when that is not known yet.
 * @param {Question} question
 * @param {Answers} values
 */
export function asked(question, values) {
  return question.when ? truthOf(question.when, values) : true;
}

function encoded(value, kind) {
  if (kind === "truth") return value === undefined || value === null ? UNKNOWN : value ? TRUE : FALSE;
  return kind === "date" ? daysOf(value) : value ?? null;
}

/**
 * Every question of a form in order.
 * @param {Form} form
 */
export function questionsOf(form) {
  return form.sections.flatMap((section) => section.questions);
}
