// What a tree of the law means, with three values of truth (survey/law/evaluation.py).
//
// A tree is a list: ["and", x, y], ["in", fact, [codes]], ["name", n], ["truth"|"number"|"date", value].
// Truth is 0 false, 1 unknown, 2 true; any other value is null when unknown. A date is days since 1970-01-01.

export const FALSE = 0;
export const UNKNOWN = 1;
export const TRUE = 2;

const COMPARE = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};
const RECKON = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => (b === 0 ? NaN : a / b),
};
const JOIN = {
  not: ([value]) => TRUE - value,
  and: (values) => Math.min(...values),
  or: (values) => Math.max(...values),
  at_least: ([count, ...conditions]) => atLeast(count, conditions),
  if: ([condition, yes, no]) => (condition === TRUE ? yes : condition === FALSE ? no : null),
};
const CONSTANTS = new Set(["truth", "number", "date"]);

/** The value of a tree for one household; `env` gives every name its value. */
export function evaluate(tree, env) {
  const [op, first, second] = tree;
  if (CONSTANTS.has(op)) return first;
  if (op === "name") return env[first];
  if (op === "in") return isIn(env[first], second);
  if (op in COMPARE) return compare(COMPARE[op], evaluate(first, env), evaluate(second, env));
  if (op in RECKON) return reckon(RECKON[op], evaluate(first, env), evaluate(second, env));
  return JOIN[op](tree.slice(1).map((part) => evaluate(part, env)));
}

function isIn(value, options) {
  return value === null ? UNKNOWN : options.includes(value) ? TRUE : FALSE;
}

function compare(sign, a, b) {
  return a === null || b === null ? UNKNOWN : sign(a, b) ? TRUE : FALSE;
}

function reckon(sign, a, b) {
  const result = a === null || b === null ? NaN : sign(a, b);
  return Number.isNaN(result) ? null : result;
}

function atLeast(count, conditions) {
  if (count === null) return UNKNOWN;
  const sure = conditions.filter((value) => value === TRUE).length;
  const open = conditions.filter((value) => value === UNKNOWN).length;
  return sure >= count ? TRUE : sure + open >= count ? UNKNOWN : FALSE;
}

/** The kind of a tree's value: truth, number, date or choice; `kinds` says it of names. */
export function kindOf(tree, kinds) {
  const [op, name] = tree;
  if (op === "name") return kinds[name];
  if (CONSTANTS.has(op)) return op;
  return op === "if" || op in RECKON ? "number" : "truth";
}

/** Every name used in a tree, from left to right, repeats included. */
export function namesIn(tree) {
  const [op, ...rest] = tree;
  if (CONSTANTS.has(op)) return [];
  if (op === "name" || op === "in") return [rest[0]];
  return rest.flatMap(namesIn);
}

/** The parts of a tree that are trees themselves. */
export function partsOf(tree) {
  const [op, ...rest] = tree;
  if (op === "in") return [["name", rest[0]]];
  return op === "name" || CONSTANTS.has(op) ? [] : rest;
}

/** Whether a tree is a constant. */
export function isConstant(tree) {
  return CONSTANTS.has(tree[0]);
}

/** The same meaning with every known name (`constants`: name -> constant tree) put in, decided parts done. */
export function fold(tree, constants) {
  const [op, ...rest] = tree;
  if (op === "name") return constants.get(rest[0]) ?? tree;
  if (isConstant(tree) || op === "in") return tree;
  const parts = rest.map((part) => fold(part, constants));
  const folded = [op, ...parts];
  if (parts.every(isConstant)) return [kindOf(folded), evaluate(folded, {})];
  if (op === "and" || op === "or") return shorterJoin(op, parts);
  return op === "if" ? shorterIf(folded) : folded;
}

function shorterJoin(op, parts) {
  const decisive = op === "and" ? FALSE : TRUE;
  if (parts.some((part) => isTruth(part, decisive))) return ["truth", decisive];
  const rest = parts.filter((part) => !isTruth(part, TRUE - decisive));
  return rest.length === 1 ? rest[0] : [op, ...rest];
}

function shorterIf(tree) {
  const [, condition, yes, no] = tree;
  if (isConstant(yes) && yes[0] === no[0] && yes[1] === no[1]) return yes;
  return isTruth(condition, TRUE) ? yes : isTruth(condition, FALSE) ? no : tree;
}

/** Whether a tree is this constant truth. */
export function isTruth(tree, truth) {
  return tree[0] === "truth" && tree[1] === truth;
}
