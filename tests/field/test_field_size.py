"""What the field app's files weigh as they travel, and that packing them changes nothing they say."""

from __future__ import annotations

import gzip
import json
import posixpath
import re
import subprocess
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import api
from api.web.static_files import without_comments

STATIC = Path(api.__file__).parent / "static"
MOST_BYTES = 90_000
GZIP = {"Accept-Encoding": "gzip"}
OWN = sorted(
    path for path in STATIC.rglob("*") if path.suffix in (".js", ".css") and "vendor" not in path.parts
)
TREES = """
const { parse } = require("internal/deps/acorn/acorn/dist/acorn");
const bare = (name, value) => (["start", "end", "range"].includes(name) ? undefined : value);
const told = [];
process.stdin.on("data", (part) => told.push(part)).on("end", () => {
  const texts = JSON.parse(Buffer.concat(told).toString());
  const tree = (text) => JSON.stringify(parse(text, { ecmaVersion: "latest", sourceType: "module" }), bare);
  console.log(JSON.stringify(texts.map(tree)));
});
"""
"""Reads a list of modules, writes their syntax trees without places, by the parser that lies in node."""


def kept_addresses(client: FlaskClient) -> list[str]:
    """What the service worker keeps of the app."""
    return json.loads(re.match(r"self\.PRECACHE = (.*);\n", client.get("/field/sw.js").text)[1])


def test_scripts_and_styles_are_small_enough_for_a_weak_line(client: FlaskClient) -> None:
    """File by file, as they are sent; the map library is no part of the app."""
    wanted = [path for path in kept_addresses(client) if path.endswith((".js", ".css"))]
    sizes = {path: len(client.get(path, headers=GZIP).data) for path in (*wanted, "/field/sw.js")}
    print(f"\nfield app: {len(sizes)} scripts and styles, {sum(sizes.values()):,} bytes as they travel")
    assert sum(sizes.values()) <= MOST_BYTES
    assert len(sizes) > 30
    assert not [path for path in sizes if "leaflet" in path or path == "/static/look.css"]


@pytest.mark.parametrize("path", ["/static/field/app.js", "/static/field/field.css", "/field/sw.js"])
def test_a_text_is_packed_for_those_who_take_it(client: FlaskClient, path: str) -> None:
    plain, packed = client.get(path), client.get(path, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert plain.headers["Vary"].startswith("Accept-Encoding")
    assert plain.headers["ETag"] != packed.headers["ETag"]
    again = client.get(path, headers=GZIP | {"If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_what_is_no_text_or_not_there_is_answered_as_before(client: FlaskClient) -> None:
    with client.get("/static/field/icon-192.png", headers=GZIP) as icon:
        assert (icon.status_code, icon.mimetype) == (200, "image/png")
        assert "Content-Encoding" not in icon.headers
    for path in ("/static/field/none.js", "/static/../app.py", "/static/%2e%2e/keys.js"):
        assert client.get(path).status_code == 404


# --- nothing is lost on the way


def test_every_script_means_the_same_as_it_is_sent() -> None:
    scripts = [path.read_text("utf-8") for path in OWN if path.suffix == ".js"]
    assert len(scripts) > 35
    trees = syntax_trees([*scripts, *map(without_comments, scripts)])
    assert trees[: len(scripts)] == trees[len(scripts) :]


def syntax_trees(modules: list[str]) -> list[str]:
    """The syntax tree of each module as text."""
    playwright = pytest.importorskip("playwright", reason="no playwright: install the dev extra")
    node = next((Path(playwright.__file__).parent / "driver").glob("node*"))
    told = subprocess.run(
        [str(node), "--no-warnings", "--expose-internals", "-e", TREES],
        input=json.dumps(modules).encode(),
        capture_output=True,
        check=True,
    )
    return json.loads(told.stdout)


@pytest.mark.parametrize("path", [path for path in OWN if path.suffix == ".css"], ids=lambda path: path.name)
def test_every_style_means_the_same_as_it_is_sent(path: Path) -> None:
    text = path.read_text("utf-8")
    words = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL).split()
    assert re.sub(r"/\*.*?\*/", " ", without_comments(text), flags=re.DOTALL).split() == words


def test_only_whole_lines_are_left_out() -> None:
    text = '/** Says. */\nconst a = "// no";  // why\n\n  // gone\n  /* gone\n  too */\n'
    text += "  const b = /\\/*x/; /* y */ go();\n"
    assert without_comments(text) == 'const a = "// no";  // why\nconst b = /\\/*x/; /* y */ go();\n'
    spanning = "const a = `\n  // stays\n`;\n"
    assert without_comments(spanning) == spanning
    assert without_comments("/* a */ go();\n/* b */\n") == "/* a */ go();\n"


# --- what a start needs


def test_the_page_names_every_module_a_start_needs_and_no_other(client: FlaskClient) -> None:
    named = re.findall(r'rel="modulepreload" href="([^"]+)"', client.get("/field/").text)
    assert "/static/vendor/idb/build/umd.js" in named
    assert set(named) <= set(kept_addresses(client))
    for address in named:
        source = (STATIC.parent / address[1:]).read_text("utf-8")
        for wanted in re.findall(r'(?:from|^import) "(.+[.]js)";$', source, re.MULTILINE):
            assert posixpath.normpath(posixpath.join(posixpath.dirname(address), wanted)) in named
    screens = {address.rpartition("/")[2] for address in named if "/screens/" in address}
    assert screens == {"common.js", "enter.js"}
