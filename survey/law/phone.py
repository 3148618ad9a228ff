"""The law as JSON for a phone without a signal: every date and every place of it in one document.

`json_law` leaves nothing settled: a phone that is away for a week may meet a day on which the law changes,
and the acts it knows of a household (approval, start of works) reach back years. In `api/static/field/law/`
`rules.js` fixes the document on dates as `rules.Rules` does, `law.js` assesses as `assess` does, `explain.js`
tells why. `assess_json` reads the document alone, in Python: what it answers is what the browser must answer.
Tests hold all of them equal to `assess` and `explain`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from survey.law.assess import ENGINE_VERSION, assess
from survey.law.assessment import Assessment
from survey.law.book import (
    Cite,
    Clause,
    Component,
    End,
    HouseDefinition,
    LawBook,
    Period,
    Price,
    Programme,
    Span,
    Supplement,
    Tranche,
    Tranches,
    Value,
    is_of_the_house,
)
from survey.law.explain import SENTENCES
from survey.law.expressions import Kind, Node, name, to_json, typed
from survey.law.facts import Fact, day, days
from survey.law.loader import BUILT_IN
from survey.words import LANGUAGES, glossary

Json = dict[str, Any]


def json_law(book: LawBook) -> Json:
    """Everything a phone needs to assess a household on any day at any place, and to explain the result.

    Days are numbers of days since 1970-01-01, an open end is null; `cite` is a place in `cites`.

    facts: name -> {type, kind, origin, choices: [{code, labels}], unit, minimum, maximum, labels}.
    cites: [{vi, en, verified}]. values: name -> {kind, key_date, dated: [[first, last, value, cite]],
    areas: area code -> the same}. clauses, each after those it uses: [{code, tree, text, cite, first, last,
    key_date}]; a derived one has text null. programmes by rank: [{id, title, cite, first, last, key_date,
    by_entry, unapproved, unstarted: {becomes, cite} or null, all, any, none, entitled, price, components:
    [{code, title, kind, payer, is_apart, prices: works kind -> {amount, at_most}, price, tranches: works kind
    -> [{after, percent}] or null, lifts, already, cite}], tranches, tranches_cite, priority, tie_break}].
    supplements in their order: [{title, first, last, key_date, programmes, all, any, none, entitled,
    component}]. payers: code -> labels. definition: names of what makes a house temporary. house: {temporary,
    no_house, because, against, doubts}. sentences: the wording of `explain`. A tree is as
    `expressions.to_json` writes it.
    """
    cites = _Cites(book)
    frame = book.frame
    return {
        "engine_version": ENGINE_VERSION,
        "shape": book.shape,
        "release": book.release,
        "facts": {fact.name: _fact(fact) for fact in book.facts.values()},
        "values": {value.name: _value(value, cites) for value in book.values.values()},
        "clauses": [_clause(clause, cites) for clause in book.clauses.values()],
        "programmes": [_programme(one, cites) for one in book.programmes],
        "supplements": [_supplement(one, cites) for one in book.supplements],
        "payers": {payer: _label(f"payer.{payer}") for payer in _payers(book)},
        "definition": list(book.definition),
        "house": {
            "temporary": frame.temporary,
            "no_house": frame.no_house,
            "because": list(frame.because),
            "against": list(frame.against),
            "doubts": list(frame.doubts),
        },
        "cites": cites.told,
        "sentences": SENTENCES,
    }


def of_shape_2(document: Json) -> Json:
    """The document as an app reads it to which an amount is one sum.

    It is that of the programme's own components, lifted to a level where that has no conditions; on days on
    which the level is not law such a phone leaves the amount open. What else is added is told by the server.
    """

    def whole(programme: Json) -> Json:
        house = [one for one in programme["components"] if is_of_the_house(one["kind"], one["is_apart"])]
        kinds = house[0]["prices"]
        prices = {
            kind: {part: _sum_json([one["prices"][kind][part] for one in house]) for part in kinds[kind]}
            for kind in kinds
        }
        levels = [one for one in document["supplements"] if _lifts_all(one, programme)]
        for level in levels:
            for kind, parts in prices.items():
                told = level["component"]["prices"][kind]
                prices[kind] = {part: _higher(tree, told[part]) for part, tree in parts.items()}
        return programme | {"prices": prices} | ({"price": _by_works_json(prices)} if levels else {})

    return document | {"programmes": [whole(one) for one in document["programmes"]]}


def _lifts_all(supplement: Json, programme: Json) -> bool:
    """Whether a supplement lifts every household of a programme, on the day that its level follows."""
    is_for_all = not (supplement["all"] or supplement["any"] or supplement["none"])
    adds = not supplement["programmes"] or programme["id"] in supplement["programmes"]
    lifts: bool = supplement["component"]["lifts"]
    return lifts and is_for_all and adds and supplement["key_date"] == programme["key_date"]


def _higher(tree: Any, level: Any) -> Any:
    return ["if", ["<", tree, level], level, tree]


def _by_works_json(prices: Json) -> Any:
    (first, one), (_, other) = prices.items()
    return ["if", ["in", "works_kind", [first]], one["amount"], other["amount"]]


def _sum_json(trees: Sequence[Any]) -> Any:
    first, *rest = trees
    for tree in rest:
        first = ["+", first, tree]
    return first


def of_shape_1(document: Json) -> Json:
    """The document as an app reads it that asks everything of a programme on one key date: that of entry."""
    document = of_shape_2(document)
    named = {"entered_on": "approved_on"}

    def renamed(entry: Json) -> Json:
        key_date = "entered_on" if entry.get("by_entry") else entry["key_date"]
        return entry | {"key_date": named.get(key_date, key_date)}

    return document | {
        "values": {name: renamed(value) for name, value in document["values"].items()},
        "clauses": [renamed(clause) for clause in document["clauses"]],
        "programmes": [renamed(programme) for programme in document["programmes"]],
    }


@dataclass
class _Cites:
    """Each citation once, in both languages; its place in the list stands for it."""

    book: LawBook
    told: list[Json] = field(default_factory=list)

    def place(self, cite: Cite) -> int:
        """Where the citation stands in the list."""
        one: Json = {lang: self.book.citation(cite, lang) for lang in LANGUAGES}
        one["verified"] = cite.verified
        if one not in self.told:
            self.told.append(one)
        return self.told.index(one)


def _fact(fact: Fact) -> Json:
    return {
        "type": fact.type,
        "kind": fact.kind,
        "origin": fact.origin,
        "choices": [{"code": code, "labels": _label(f"{fact.name}.{code}")} for code in fact.choices],
        "unit": fact.unit,
        "minimum": fact.minimum,
        "maximum": fact.maximum,
        "not_measured": fact.not_measured,
        "labels": dict(fact.label),
    }


def _label(code: str) -> dict[str, str]:
    return glossary().get(code) or dict.fromkeys(LANGUAGES, code.rpartition(".")[2])


def _value(value: Value, cites: _Cites) -> Json:
    return {
        "kind": value.kind,
        "key_date": value.key_date,
        "dated": _periods(value.dated, cites),
        "areas": {code: _periods(periods, cites) for code, periods in value.areas.items()},
    }


def _periods(periods: Iterable[Period], cites: _Cites) -> list[list[Any]]:
    return [[*_span(each.span).values(), each.value, cites.place(each.cite)] for each in periods]


def _span(span: Span) -> Json:
    first, last = span.first, span.last
    return {"first": None if first is None else days(first), "last": None if last is None else days(last)}


def _clause(clause: Clause, cites: _Cites) -> Json:
    return {
        "code": clause.code,
        "tree": to_json(clause.tree),
        "text": None if clause.text is None else dict(clause.text),
        "cite": cites.place(clause.cite),
        "key_date": clause.key_date,
        **_span(clause.span),
    }


def _programme(one: Programme, cites: _Cites) -> Json:
    return {
        "id": one.id,
        "title": dict(one.title),
        "cite": cites.place(one.cite),
        "key_date": one.key_date,
        "by_entry": one.by_entry,
        "unapproved": _end(one.unapproved, cites),
        "unstarted": _end(one.unstarted, cites),
        **_span(one.span),
        "all": list(one.all),
        "any": list(one.any),
        "none": list(one.none),
        "entitled": to_json(one.entitled),
        "price": to_json(one.price),
        "components": [_component(each, cites) for each in one.components],
        "tranches": _tranches(one.tranches),
        "tranches_cite": cites.place(one.tranches_cite),
        "priority": list(one.priority),
        "tie_break": list(one.tie_break),
    }


def _component(one: Component, cites: _Cites) -> Json:
    return {
        "code": one.code,
        "title": dict(one.title),
        "kind": one.kind,
        "payer": one.payer,
        "is_apart": one.is_apart,
        "prices": {
            kind: {"amount": to_json(price.tree), "at_most": to_json(price.at_most)}
            for kind, price in one.prices.items()
        },
        "price": to_json(one.price),
        "tranches": None if one.tranches is None else _tranches(one.tranches),
        "lifts": one.lifts,
        "already": None if one.already is None else to_json(one.already),
        "cite": cites.place(one.cite),
    }


def _tranches(tranches: Tranches) -> Json:
    return {
        kind: [{"after": share.after, "percent": share.percent} for share in shares]
        for kind, shares in tranches.items()
    }


def _supplement(one: Supplement, cites: _Cites) -> Json:
    return {
        "title": dict(one.title),
        "rank": one.rank,
        "key_date": one.key_date,
        **_span(one.span),
        "programmes": list(one.programmes),
        "all": list(one.all),
        "any": list(one.any),
        "none": list(one.none),
        "entitled": to_json(one.entitled),
        "component": _component(one.component, cites),
    }


def _payers(book: LawBook) -> list[str]:
    return sorted({one.payer for one in book.components.values() if one.payer})


def _end(end: End | None, cites: _Cites) -> Json | None:
    return None if end is None else {"becomes": end.becomes, "cite": cites.place(end.cite)}


# --- the document read again: the reference for the browser


def assess_json(
    document: Mapping[str, Any], facts: Mapping[str, Any], on: date, area_codes: Sequence[str] = ()
) -> Assessment:
    """What a phone answers that has nothing but `document`. Raises: Problem 2030, 2031 as `assess`."""
    made = assess(facts, _Reader(document).book().law_on(on, area_codes))
    return replace(made, release=document["release"])


class _Reader:
    """Builds a book again from its document; texts of sources are gone, their verified marks are not."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        told = document["facts"]
        self.kinds = {code: Kind(fact["kind"], _codes(fact)) for code, fact in told.items()}
        self.kinds |= {code: Kind(value["kind"]) for code, value in document["values"].items()}
        self.kinds |= {clause["code"]: Kind("truth") for clause in document["clauses"]} | BUILT_IN

    def book(self) -> LawBook:
        """The whole law of the document; programmes and supplements are in their order there."""
        document = self.document
        return LawBook(
            facts={code: self.fact(code, fact) for code, fact in document["facts"].items()},
            sources={},
            values={code: self.value(code, value) for code, value in document["values"].items()},
            clauses={clause["code"]: self.clause(clause) for clause in document["clauses"]},
            programmes=tuple(self.programme(rank, one) for rank, one in enumerate(document["programmes"])),
            frame=self.frame(document["house"]),
            raw={},
            shape=document["shape"],
            supplements=tuple(self.supplement(one) for one in document["supplements"]),
        )

    def frame(self, told: Json) -> HouseDefinition:
        """Which clauses make the class of the house."""
        lists = (tuple(told[key]) for key in ("because", "against", "doubts"))
        return HouseDefinition(told["temporary"], told["no_house"], *lists)

    def tree(self, told: Sequence[Any], kind: str) -> Node:
        """A tree with the kinds its names have in this document."""
        return typed(_node(told), self.kinds, kind)

    def cite(self, place: int) -> Cite:
        """A citation of which only the verified mark is left."""
        return Cite("", verified=self.document["cites"][place]["verified"])

    def fact(self, code: str, told: Json) -> Fact:
        """As the phone was told it; notes stay at the server."""
        plain = {key: told[key] for key in ("type", "origin", "unit", "minimum", "maximum", "not_measured")}
        return Fact(name=code, label=told["labels"], choices=_codes(told), **plain)

    def value(self, code: str, told: Json) -> Value:
        """Its periods everywhere and by area; words and unit stay at the server."""
        areas = {area: self.periods(periods) for area, periods in told["areas"].items()}
        return Value(code, told["kind"], "", told["key_date"], {}, self.periods(told["dated"]), areas)

    def periods(self, told: Iterable[Sequence[Any]]) -> tuple[Period, ...]:
        """Dated entries, each told as first day, last day, value and the place of its citation."""
        return tuple(
            Period(_read_span(first, last), value, self.cite(cite)) for first, last, value, cite in told
        )

    def end(self, told: Json | None) -> End | None:
        """What becomes of some households when their programme ends."""
        return None if told is None else End(told["becomes"], self.cite(told["cite"]))

    def clause(self, told: Json) -> Clause:
        """Its tree as it was compiled: a phone gets no text of conditions to parse."""
        return Clause(
            code=told["code"],
            when="",
            tree=self.tree(told["tree"], "truth"),
            cite=self.cite(told["cite"]),
            text=told["text"],
            span=_read_span(told["first"], told["last"]),
            key_date=told["key_date"],
        )

    def programme(self, rank: int, told: Json) -> Programme:
        """With its place in the document as rank, so that the smaller still wins."""
        listed: Json = {key: tuple(told[key]) for key in ("all", "any", "none", "priority", "tie_break")}
        return Programme(
            id=told["id"],
            title=told["title"],
            rank=rank,
            span=_read_span(told["first"], told["last"]),
            key_date=told["key_date"],
            by_entry=told["by_entry"],
            unapproved=self.end(told["unapproved"]),
            unstarted=self.end(told["unstarted"]),
            cite=self.cite(told["cite"]),
            entitled=self.tree(told["entitled"], "truth"),
            components=tuple(self.component(one) for one in told["components"]),
            price=self.tree(told["price"], "number"),
            tranches=_read_tranches(told["tranches"]),
            tranches_cite=self.cite(told["tranches_cite"]),
            priority_cite=None,
            **listed,
        )

    def component(self, told: Json) -> Component:
        """With its formulas and tranches; where the tranches are written stays at the server."""
        plain = {key: told[key] for key in ("code", "title", "kind", "payer", "is_apart", "lifts")}
        return Component(
            **plain,
            prices={
                kind: Price(self.tree(price["amount"], "number"), self.tree(price["at_most"], "number"))
                for kind, price in told["prices"].items()
            },
            price=self.tree(told["price"], "number"),
            tranches=None if told["tranches"] is None else _read_tranches(told["tranches"]),
            tranches_cite=None,
            cite=self.cite(told["cite"]),
            already=None if told["already"] is None else self.tree(told["already"], "number"),
        )

    def supplement(self, told: Json) -> Supplement:
        """With its conditions, and its component as `component` reads it."""
        listed: Json = {key: tuple(told[key]) for key in ("programmes", "all", "any", "none")}
        return Supplement(
            title=told["title"],
            rank=told["rank"],
            span=_read_span(told["first"], told["last"]),
            key_date=told["key_date"],
            entitled=self.tree(told["entitled"], "truth"),
            component=self.component(told["component"]),
            **listed,
        )


def _read_tranches(told: Json) -> Tranches:
    return {kind: tuple(Tranche(**share) for share in shares) for kind, shares in told.items()}


def _codes(fact: Json) -> tuple[str, ...]:
    return tuple(choice["code"] for choice in fact["choices"])


def _read_span(first: float | None, last: float | None) -> Span:
    return Span(None if first is None else day(first), None if last is None else day(last))


def _node(told: Sequence[Any]) -> Node:
    """A tree of `expressions.to_json`, its names not yet typed."""
    op, *rest = told
    if op in ("truth", "number", "date"):
        return Node("const", (), rest[0], op)
    if op == "name":
        return name(rest[0])
    if op == "in":
        return Node("in", (name(rest[0]),), tuple(rest[1]))
    return Node(op, tuple(_node(part) for part in rest))
