"""Every way in has a guard, and nobody passes one without the right."""

from __future__ import annotations

from flask import Flask

from api.web import auth


def test_every_route_has_a_guard(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        assert auth.guard_of(app, rule.endpoint) is not None, rule.endpoint


def test_a_stranger_gets_no_page_and_no_data(world: Flask) -> None:
    client = world.test_client()
    for rule in world.url_map.iter_rules():
        declared = auth.guard_of(world, rule.endpoint)
        if declared is None or declared.public or "GET" not in (rule.methods or ()):
            continue
        address = world.url_map.bind("localhost").build(
            rule.endpoint,
            dict.fromkeys(rule.arguments, "1")
            | {
                name: 1
                for name, converter in rule._converters.items()
                if "Integer" in type(converter).__name__
            }
            | {
                name: "00000000-0000-4000-8000-000000000000"
                for name, converter in rule._converters.items()
                if "UUID" in type(converter).__name__
            }
            | {
                name: "0" * 64
                for name, converter in rule._converters.items()
                if "length" in str(vars(converter).get("regex", "")) or "{64}" in str(converter.regex)
            },
        )
        answer = client.get(address)
        assert answer.status_code in (302, 401), f"{address}: {answer.status_code}"


def test_an_auditor_changes_nothing(sign_in, world: Flask) -> None:
    client = sign_in("binh")
    for rule in world.url_map.iter_rules():
        changing = {"POST", "PUT", "DELETE"} & set(rule.methods or ())
        if not changing or (rule.endpoint.split(".")[0] in ("session", "devices", "field_sign_in")):
            continue
        if rule.arguments:
            continue
        answer = client.open(rule.rule, method=changing.pop(), json={})
        assert answer.status_code == 403, f"{rule.rule}: {answer.status_code}"
