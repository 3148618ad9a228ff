// The list beside a map: the same houses under the same numbers, the way in for a keyboard and a screen reader.
// Choosing a row shows the house on the map; choosing a dot marks the row.
"use strict";

(() => {
  const { make, say, icon } = window.nhavung;
  const PAGE = 300; // rows added at a time
  const SEARCH_FROM = 12; // shorter lists need no search box

  /** Lower case without marks, so that "bac kan" finds "Bắc Kạn". */
  function folded(text) {
    return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");
  }

  /** Fills element `id` with the houses of `book`; houses that cannot be drawn come last, with the reason. */
  function list(book, id) {
    const { text, all } = book;
    const place = document.getElementById(id);
    if (!place) return;
    const sorted = [...all.filter((house) => house.group), ...all.filter((house) => !house.group)];
    const view = { book, sorted, shown: [], rows: new Map(), body: make("tbody") };
    view.status = make("p", "nv-found");
    view.status.setAttribute("role", "status");
    view.more = make("button", "nv-more");
    view.more.type = "button";
    view.more.addEventListener("click", () => grow(view));
    place.append(make("h2", "", text.list));
    if (all.length >= SEARCH_FROM) place.append(searchBox(view));
    const table = make("table", "", undefined, header(text), view.body);
    place.append(view.status, make("div", "nv-scroll", undefined, table, view.more));
    filter(view, "");
    book.onChoice((house) => markRow(view, house));
    chooseFromAddress(view);
    window.addEventListener("hashchange", () => chooseFromAddress(view));
  }

  function header(text) {
    const cells = ["", text.head, text.state].map((label) => make("th", "", label));
    for (const cell of cells) cell.scope = "col";
    cells[0].append(make("span", "nv-hidden", "#"));
    return make("thead", "", undefined, make("tr", "", undefined, ...cells));
  }

  function searchBox(view) {
    const box = make("input", "nv-search");
    box.type = "search";
    box.placeholder = view.book.text.search;
    box.setAttribute("aria-label", view.book.text.search);
    box.addEventListener("input", () => filter(view, box.value));
    return box;
  }

  /** Shows the houses whose number, name or place holds the words typed. */
  function filter(view, typed) {
    const { text, all } = view.book;
    const words = folded(typed).split(/\s+/).filter(Boolean);
    const fits = (house) => {
      const content = folded([house.number, house.name, house.village, house.look.word].join(" "));
      return words.every((word) => content.includes(word));
    };
    view.shown = words.length ? view.sorted.filter(fits) : view.sorted;
    view.rows.clear();
    view.body.replaceChildren();
    view.status.textContent = statusOf(text, words, view.shown.length, all.length);
    grow(view);
  }

  function statusOf(text, words, shown, all) {
    if (!all) return text.empty;
    if (!shown) return text.none_found;
    return words.length ? say(text.found, { n: shown, all }) : "";
  }

  /** Adds the next rows; ten thousand at once would hold the page up. */
  function grow(view) {
    const from = view.rows.size;
    for (const house of view.shown.slice(from, from + PAGE)) {
      const row = rowOf(view, house);
      view.rows.set(house, row);
      view.body.append(row);
    }
    const left = view.shown.length - view.rows.size;
    view.more.hidden = left === 0;
    view.more.textContent = say(view.book.text.more, { n: Math.min(PAGE, left) });
  }

  function rowOf(view, house) {
    const { text, options } = view.book;
    const name = options.household_url ? make("a", "", house.name ?? text.no_name) : make("span", "", house.name ?? text.no_name);
    if (options.household_url) name.href = options.household_url + encodeURIComponent(house.id);
    const about = [house.programme, house.group ? null : text[`point_source.${house.source}`], far(view, house)];
    const small = make("small", "", about.filter(Boolean).join(" · "));
    const flags = house.flags.map((flag) => make("span", "nv-flag", flag));
    const state = make("td", "nv-state", undefined, icon(house.look), make("span", "", house.look.word));
    const who = make("td", "nv-who", undefined, name, small, ...flags);
    const row = make("tr", house.group ? "" : "nv-undrawn", undefined, numberCell(view, house), who, state);
    if (house.group) row.addEventListener("click", (event) => { if (!event.target.closest("a")) show(view, house); });
    return row;
  }

  function far(view, house) {
    const home = view.book.map.nhavung.home;
    return house.group && !home.contains(house.group.latlng) ? view.book.text.far : null;
  }

  function numberCell(view, house) {
    if (!house.group) return make("td", "nv-no", String(house.number));
    const button = make("button", "nv-number", house.number);
    button.type = "button";
    button.setAttribute("aria-label", say(view.book.text.show, { n: house.number }));
    return make("td", "nv-no", undefined, button);
  }

  /** Shows the house and, on a phone, brings the map back into view; focus goes to what opened. */
  function show(view, house) {
    const map = view.book.map;
    view.book.choose(house);
    map.getContainer().scrollIntoView({ block: "nearest" });
    const link = map.getContainer().querySelector(".nv-popup a, .nv-popup button");
    const back = view.rows.get(house)?.querySelector("button");
    link?.focus({ preventScroll: true });
    map.once("popupclose", () => back?.focus({ preventScroll: true }));
  }

  function markRow(view, house) {
    for (const row of view.body.querySelectorAll("[aria-current]")) row.removeAttribute("aria-current");
    const row = house && view.rows.get(house);
    if (!row) return;
    row.setAttribute("aria-current", "true");
    const scroller = row.closest(".nv-scroll");
    if (scroller.scrollHeight > scroller.clientHeight) row.scrollIntoView({ block: "nearest" });
  }

  /** `…#<household id>` opens that house, so that other pages can point at it. */
  function chooseFromAddress(view) {
    const wanted = decodeURIComponent(window.location.hash.slice(1));
    const house = wanted && view.sorted.find((one) => one.id === wanted);
    if (house) show(view, house);
  }

  window.nhavung.list = list;
})();
