// What a programme comes to for one household: every component between its least and its most
// (survey/law/money.py).

import { FALSE, UNKNOWN, evaluate } from "./expressions.js";

/**
 * The amounts of a programme's parts in a household's environment: each part's {part, low, high}, equal where
 * it is settled, and `low` and `high` of the house's public money together.
 */
export function reckon(parts, env) {
  const kinds = env.works_kind === null ? Object.keys(parts[0].prices) : [env.works_kind];
  const tried = kinds.map((kind) => ofKind(parts, env, kind));
  const least = (pick) => Math.min(...tried.map((one) => pick(one)[0]));
  const most = (pick) => Math.max(...tried.map((one) => pick(one)[1]));
  const shares = parts.map((part, place) => {
    const pick = ({ found }) => found[place];
    return { part, low: least(pick), high: most(pick) };
  });
  return { shares, low: least(({ house }) => house), high: most(({ house }) => house) };
}

export const NO_MONEY = { shares: [], low: 0, high: 0 };

/** Whether every component that decides is settled. */
export function isSettled({ shares }) {
  return shares.every((share) => !share.part.decides || share.low === share.high);
}

/** The settled public money for the house, in whole đồng. */
export function amountOf({ shares }) {
  const house = shares.filter(({ part, low, high }) => low === high && isOfTheHouse(part));
  return house.reduce((sum, { high }) => sum + rounded(high), 0);
}

/** Whether a component is public money for the house itself. */
export function isOfTheHouse({ kind, is_apart: isApart }) {
  return kind === "budget" && !isApart;
}

/** Each part for one kind of works, and the house's public money together, as [least, most]. */
function ofKind(parts, env, kind) {
  const found = [];
  let house = [0, 0];
  for (const part of parts) {
    const truth = evaluate(part.entitled, env);
    let bounds = truth === FALSE ? [0, 0] : priced(part, env, kind);
    let lifted = [house[0] + bounds[0], house[1] + bounds[1]];
    if (truth !== FALSE && part.lifts) [bounds, lifted] = lift(bounds, house, alreadyOf(part, env, bounds[1]));
    if (truth === UNKNOWN) {
      bounds = [0, bounds[1]];
      lifted = [house[0], lifted[1]];
    }
    found.push(bounds);
    if (isOfTheHouse(part)) house = lifted;
  }
  return { found, house };
}

/** The amount twice where it is known, else nothing to its upper bound; never below 0. */
function priced({ prices }, env, kind) {
  const amount = evaluate(prices[kind].amount, env);
  if (amount === null) return [0, Math.max(0, evaluate(prices[kind].atMost, env))];
  return [Math.max(0, amount), Math.max(0, amount)];
}

/** What was paid before; of an unknown sum no more matters than the level. */
function alreadyOf({ already }, env, level) {
  if (already === null) return [0, 0];
  const paid = evaluate(already, env);
  return paid === null ? [0, level] : [paid, paid];
}

/** What is lacking to a level, and the house's money with it. The more is there, the less is added. */
function lift(level, house, already) {
  const [least, most] = [level[0] - house[1] - already[1], level[1] - house[0] - already[0]];
  return [
    [Math.max(0, least), Math.max(0, most)],
    [Math.max(house[0], level[0] - already[1]), Math.max(house[1], level[1] - already[0])],
  ];
}

/** The settled components that are more than nothing, each with its tranches. */
export function componentsOf({ shares }, worksKind) {
  const settled = shares.filter(({ low, high }) => low === high && rounded(high));
  return settled.map(({ part, high }) => {
    const { code, kind, payer, is_apart } = part;
    const amount_vnd = rounded(high);
    const rule = worksKind !== null && kind === "budget" ? part.tranches[worksKind] : [];
    return { code, kind, payer, amount_vnd, is_apart, tranches: cut(amount_vnd, rule) };
  });
}

/** An amount cut by percent; the last tranche takes what rounding leaves, so the sum is exact. */
function cut(amount, shares) {
  if (!shares.length) return [];
  const parts = shares.map(({ percent }) => Math.floor((amount * percent) / 100));
  const before = parts.slice(0, -1).reduce((sum, part) => sum + part, 0);
  parts[parts.length - 1] = amount - before;
  return shares.map((share, place) => ({ ...share, amount_vnd: parts[place] }));
}

/** The tranches of the house: those of its components due after the same stage as one payment. */
export function together(components) {
  const house = components.filter(isOfTheHouse);
  const total = house.reduce((sum, { amount_vnd: amount }) => sum + amount, 0);
  const stages = new Map();
  for (const { after, percent, amount_vnd: amount } of house.flatMap((one) => one.tranches)) {
    const stage = stages.get(after) ?? { amount: 0, percents: new Set() };
    stage.percents.add(percent);
    stages.set(after, { ...stage, amount: stage.amount + amount });
  }
  const isOneRule = house.every(({ tranches }) => tranches.length === stages.size);
  return [...stages].map(([after, { amount, percents }]) => {
    const isShared = isOneRule && percents.size === 1;
    return { after, percent: isShared ? [...percents][0] : Math.floor((amount * 100) / total), amount_vnd: amount };
  });
}

/** To whole đồng; a half goes to the even side, as on the server. */
export function rounded(amount) {
  const down = Math.floor(amount);
  const rest = amount - down;
  return rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1;
}
