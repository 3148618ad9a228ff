"""The law as JSON for a phone without a signal, and the reference of what the phone does with it.

`json_law` puts in every value of the survey date, so a phone needs no dates: it works out the steps in order
and goes through the programmes by rank. `assess_json` is that reading in Python: the reference for the
evaluator in the browser, which does not exist yet. Property tests hold it equal to `assess`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey.law.assess import ENGINE_VERSION
from survey.law.book import Programme
from survey.law.evaluation import run_json
from survey.law.expressions import FALSE, TRUE, UNKNOWN, to_json
from survey.law.facts import Fact, read
from survey.law.rules import Law, Rules


def json_law(law: Law) -> dict[str, Any]:
    """Everything a phone needs to assess a new survey on the law's date and to explain the result.

    facts: name -> {type, kind, choices, unit, minimum, maximum, label}; unknown is 1 for kind truth, null
    otherwise; a date is days since 1970-01-01. settled: condition -> 0 or 2. steps: [condition, tree] in
    order. programmes by rank: {id, title, entitled, price (trees), prices: works kind -> {amount, at_most},
    tranches, all, any, none, priority, provisional}. house: {temporary, no_house, because, against, doubts}.
    texts: clause -> {vi, en, citation, verified}. values: name -> number on the date, for the braces in
    texts.
    """
    rules, book = law.today, law.book
    return {
        "engine_version": ENGINE_VERSION,
        "release": law.release,
        "on": law.on.isoformat(),
        "area_codes": list(law.area_codes),
        "facts": {fact.name: _fact(fact) for fact in book.facts.values()},
        "settled": rules.base,
        "steps": [[code, to_json(tree)] for code, tree in rules.definitions.items() if tree.op != "const"],
        "programmes": [_programme(place, one, rules) for place, one in enumerate(rules.programmes)],
        "house": {
            "temporary": book.frame.temporary,
            "no_house": book.frame.no_house,
            "because": list(book.frame.because),
            "against": list(book.frame.against),
            "doubts": list(book.frame.doubts),
        },
        "texts": {code: _text(code, law) for code in book.clause_codes},
        "values": {name: node.value for name, node in rules.constants.items() if name in book.values},
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "type": fact.type,
        "kind": fact.kind,
        "origin": fact.origin,
        "choices": list(fact.choices),
        "unit": fact.unit,
        "minimum": fact.minimum,
        "maximum": fact.maximum,
        "label": dict(fact.label),
    }


def _programme(place: int, one: Programme, rules: Rules) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": dict(one.title),
        "entitled": to_json(rules.status[place]),
        "price": to_json(rules.prices[place]),
        "prices": {
            kind: {"amount": to_json(rules.fold(price.tree)), "at_most": to_json(rules.fold(price.at_most))}
            for kind, price in one.prices.items()
        },
        "tranches": {
            kind: [{"after": share.after, "percent": share.percent} for share in shares]
            for kind, shares in one.tranches.items()
        },
        "all": list(one.all),
        "any": list(one.any),
        "none": list(one.none),
        "priority": list(one.priority),
        "provisional": one.key_date != "surveyed_on",
        "unverified": list(rules.unverified_by_programme[one.id]),
    }


def _text(code: str, law: Law) -> dict[str, Any]:
    clause = law.book.clauses[code]
    cited = {lang: law.book.citation(clause.cite, lang) for lang in ("vi", "en")}
    return {**(clause.text or {}), "citation": cited, "verified": clause.cite.verified}


def assess_json(
    document: Mapping[str, Any], facts: Mapping[str, Any], vocabulary: Mapping[str, Fact]
) -> dict[str, Any]:
    """What a phone answers for plain facts (no dated ones, no key dates): outcome, programme, amounts, house
    class.
    """
    unknowns = {name: 1 if fact["kind"] == "truth" else None for name, fact in document["facts"].items()}
    env, _ = read(facts, vocabulary, unknowns)
    env |= document["settled"]
    for code, tree in document["steps"]:
        env[code] = run_json(tree, env)
    possible = _possible(document, env)
    chosen = possible[-1] if possible and possible[-1]["entitles"] == TRUE else None
    low = min([one["low"] for one in possible] + ([] if chosen else [0.0]))
    high = max((one["high"] for one in possible), default=0.0)
    needs = bool(possible) and (possible != [chosen] or low != high)
    winner = chosen if possible == [chosen] else None
    return {
        "outcome": _outcome(needs, winner is not None, env["registered"]),
        "house_class": _house_class(document["house"], env),
        "programme": winner["id"] if winner else None,
        "amount_vnd": round(high) if winner and not needs else None,
        "amount_low_vnd": round(low),
        "amount_high_vnd": round(high),
    }


def _possible(document: Mapping[str, Any], env: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The programmes that could be chosen, up to the first sure one."""
    found = []
    for programme in document["programmes"]:
        entitles = run_json(programme["entitled"], env)
        if entitles != FALSE:
            low, high = _bounds(programme, env)
            found.append({"id": programme["id"], "entitles": entitles, "low": low, "high": high})
        if entitles == TRUE:
            break
    return found


def _bounds(programme: Mapping[str, Any], env: Mapping[str, Any]) -> tuple[float, float]:
    amount = run_json(programme["price"], env)
    if amount is not None:
        return amount, amount
    lows, highs = [], []
    for kind, price in programme["prices"].items():
        if env["works_kind"] in (None, kind):
            amount = run_json(price["amount"], env)
            lows.append(0.0 if amount is None else amount)
            highs.append(run_json(price["at_most"], env) if amount is None else amount)
    return min(lows), max(highs)


def _outcome(needs: bool, wins: bool, registered: int) -> str:
    if needs:
        return "needs_information"
    if not wins:
        return "not_entitled"
    return "not_registered" if registered == FALSE else "entitled"


def _house_class(house: Mapping[str, Any], env: Mapping[str, Any]) -> str:
    temporary, without = env[house["temporary"]], env[house["no_house"]]
    if temporary == TRUE:
        return "temporary_or_dilapidated"
    if without == TRUE:
        return "no_house"
    return "unknown" if UNKNOWN in (temporary, without) else "sound"
