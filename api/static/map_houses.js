// The houses of a map: rows from columns, dots on the map, and what opens on a click.
"use strict";

(() => {
  const { make, say, icon, Dot, DOT, groupsOf, arrange } = window.nhavung;

  /** Rows from columns; texts that repeat stand once in `<name>_values`. */
  function rows(data, text) {
    const looks = data.states.map((look) => ({ ...look, path: new Path2D(look.shape), word: text[`state.${look.code}`] }));
    const plain = (name, i) => (data[name] ? data[name][i] : null);
    const coded = (name, i) => (data[name] && data[name][i] >= 0 ? data[`${name}_values`][data[name][i]] : null);
    return data.number.map((number, i) => ({
      number, id: data.id[i], look: looks[data.state[i]], lon: data.lon[i], lat: data.lat[i],
      name: plain("name", i), accuracy: plain("accuracy", i), amount: coded("amount", i),
      village: coded("village", i), programme: coded("programme", i), day: coded("day", i),
      source: coded("source", i), flags: coded("flags", i) ?? [],
    }));
  }

  /** All houses on the map. Returns what the list beside it needs: rows, words, `choose(house)`, `onChoice`. */
  function houses(map, data, options) {
    const text = map.nhavung.text;
    const all = rows(data, text);
    const groups = groupsOf(all);
    const renderer = L.canvas({ pane: "houses", padding: 0.3 });
    const layer = L.featureGroup();
    for (const group of groups) {
      group.dot = new Dot(group.latlng, group, { renderer, radius: DOT, bubblingMouseEvents: false });
      layer.addLayer(group.dot);
    }
    /** @type {any} */
    const book = { map, text, all, groups, options, listeners: [], accuracy: null };
    book.choose = (house) => choose(book, house);
    book.onChoice = (listener) => book.listeners.push(listener);
    arrange(map, groups);
    layer.addTo(map);
    map.on("zoomend", () => { arrange(map, groups); for (const group of groups) group.dot.redraw(); });
    layer.on("click", (event) => openPlace(book, event.layer.group, event.layerPoint));
    layer.bindTooltip((dot) => hint(book, dot.group), { direction: "top", offset: [0, -DOT], className: "nv-tip" });
    map.on("popupclose", () => mark(book, null));
    map.getContainer().addEventListener("keydown", (event) => { if (event.key === "Escape") map.closePopup(); });
    window.nhavung.book = book;
    return book;
  }

  function hint(book, group) {
    const several = group.houses.length > 1;
    const house = group.houses[0];
    return make("span", "", several ? say(book.text.several, { n: group.houses.length }) : title(book, house));
  }

  function title(book, house) {
    return [house.number, house.name].filter((part) => part !== null).join(" · ");
  }

  /** A click on a dot: its house, or a list where several houses or dots lie on top of each other. */
  function openPlace(book, group, point) {
    const under = book.groups.filter((other) => other.dot._containsPoint(point, 0));
    const found = (under.length ? under : [group]).flatMap((one) => one.houses).sort((a, b) => a.number - b.number);
    if (found.length === 1) choose(book, found[0]);
    else popup(book, group.latlng, several(book, found), group);
  }

  /** Shows one house: moves there if needed, marks it, opens what is known of it. */
  function choose(book, house) {
    if (!house.group) return;
    if (!book.map.getBounds().pad(-0.1).contains(house.group.latlng)) {
      book.map.setView(house.group.latlng, book.map.getZoom(), { animate: false });
    }
    popup(book, house.group.latlng, details(book, house), house.group);
    if (house.accuracy) {
      const className = "nv-accuracy";
      book.accuracy = L.circle(house.group.latlng, { radius: house.accuracy, className, interactive: false });
      book.accuracy.addTo(book.map);
    }
    for (const listener of book.listeners) listener(house);
  }

  function popup(book, latlng, content, group) {
    const room = book.map.getSize();
    const size = { maxWidth: Math.min(310, room.x - 70), minWidth: 200, maxHeight: Math.max(160, room.y - 130) };
    const paddings = { autoPanPaddingTopLeft: [12, 12], autoPanPaddingBottomRight: [12, 70] };
    const offset = [group.dot.offset.x, group.dot.offset.y - 8];
    const box = L.popup({ ...size, ...paddings, offset, className: "nv-popup" });
    book.map.openPopup(box.setLatLng(latlng).setContent(content));
    box.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", book.text.close);
    mark(book, group);
  }

  /** Marks the dot of the chosen group and takes the mark off the former one. */
  function mark(book, group) {
    book.accuracy?.remove();
    book.accuracy = null;
    for (const other of book.groups) {
      if (other.chosen === (other === group)) continue;
      other.chosen = other === group;
      if (other.chosen) other.dot.bringToFront();
      other.dot.redraw();
    }
    if (!group) for (const listener of book.listeners) listener(null);
  }

  function several(book, found) {
    const list = make("ul", "nv-several");
    for (const house of found) {
      const button = make("button", "", undefined, icon(house.look), make("span", "", title(book, house)));
      button.type = "button";
      button.addEventListener("click", () => choose(book, house));
      list.append(make("li", "", undefined, button));
    }
    return make("div", "", undefined, make("h3", "", say(book.text.several, { n: found.length })), list);
  }

  /** 1234567 -> 1.234.567 */
  function dotted(number) {
    return String(number).replace(/\B(?=(\d{3})+$)/g, ".");
  }

  /** What is known of one house, as label and value; what the reader may not see was never sent. */
  function details(book, house) {
    const { text, options } = book;
    const spread = house.accuracy ? say(text.accuracy, { m: house.accuracy }) : null;
    const amount = house.amount === null ? null : `${dotted(house.amount)} ${text.currency}`;
    const facts = [
      [text.village, house.village], [text.programme, house.programme], [text.amount, amount],
      [text.surveyed, house.day], [text.coordinates, `${house.lat.toFixed(5)}, ${house.lon.toFixed(5)}`],
      [text.position, [text[`point_source.${house.source}`], spread].filter(Boolean).join(", ")],
    ];
    const table = make("dl", "");
    for (const [label, value] of facts) if (value) table.append(make("dt", "", label), make("dd", "", value));
    const state = make("p", "nv-state", undefined, icon(house.look), make("span", "", house.look.word));
    const flags = make("p", "nv-flags", undefined, ...house.flags.map((flag) => make("span", "nv-flag", flag)));
    const links = make("p", "nv-links", undefined, record(text, options, house), directions(text, house));
    const heading = make("h3", "", undefined, make("b", "nv-number", house.number), make("span", "", house.name ?? text.no_name));
    return make("div", "", undefined, heading, state, house.flags.length ? flags : null, table, links);
  }

  function record(text, options, house) {
    if (!options.household_url) return null;
    const link = make("a", "", text.open);
    link.href = options.household_url + encodeURIComponent(house.id);
    return link;
  }

  /** A link that a phone opens in its own navigation app, without us asking any server. */
  function directions(text, house) {
    const link = make("a", "nv-geo", text.directions);
    link.href = `geo:${house.lat},${house.lon}`;
    return link;
  }

  window.nhavung.houses = houses;
})();
