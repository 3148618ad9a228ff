// Draws a map of houses with Leaflet: the frame, outlines with names, numbered dots, what opens on a click.
// Everything people wrote reaches the page through textContent only.
"use strict";

window.nhavung = (() => {
  const DOT = 13; // radius in px of a dot with its number
  const SMALL = 5; // radius when the houses stand too close for numbers
  const NUMBERS_ALWAYS = 40; // dots; that many keep their numbers however close they stand
  const SPREAD_UP_TO = 150; // dots; more of them are zoomed into instead
  const FONT = "700 13px system-ui, sans-serif";
  const SVG = "http://www.w3.org/2000/svg";

  // ---- building blocks ------------------------------------------------------------------------------------

  /** An element with a class, text and children; text is never read as HTML. */
  function make(tag, className, text, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined && text !== null) element.textContent = text;
    element.append(...children.filter(Boolean));
    return element;
  }

  /** A sentence with its {names} filled in. */
  function say(sentence, details) {
    return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in details ? String(details[name]) : whole));
  }

  /** 1234567 -> 1.234.567 */
  function dotted(number) {
    return String(number).replace(/\B(?=(\d{3})+$)/g, ".");
  }

  /** The sign of a state, the same shape as on the map. */
  function icon(look) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "-1.5 -1.5 3 3");
    svg.setAttribute("class", "nv-icon");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(SVG, "path");
    const drawn = { d: look.shape, fill: look.fill, stroke: look.line, "stroke-width": 0.28 };
    if (look.dashed) drawn["stroke-dasharray"] = ".5 .35";
    for (const [name, value] of Object.entries(drawn)) path.setAttribute(name, value);
    svg.append(path);
    return svg;
  }

  // ---- frame, background, outlines ------------------------------------------------------------------------

  /** The Leaflet map in element `id`, showing `setup.bounds`; it stays framed until the reader moves it. */
  function frame(id, setup) {
    const text = setup.text;
    const map = L.map(id, {
      zoomControl: false, attributionControl: false, zoomSnap: 0.25, minZoom: 7, maxZoom: 19, boxZoom: false,
    });
    map.nhavung = { text, home: L.latLngBounds(setup.bounds) };
    L.control.zoom({ position: "bottomleft", zoomInTitle: text.zoom_in, zoomOutTitle: text.zoom_out }).addTo(map);
    L.control.scale({ imperial: false, position: "bottomright", maxWidth: 120 }).addTo(map);
    const home = () => map.fitBounds(setup.bounds, { animate: false });
    whole(map, text.back, home);
    map.createPane("names").classList.add("nv-names");
    map.createPane("houses").classList.add("nv-houses");
    let moved = false;
    home();
    map.on("zoomstart dragstart", () => { moved = true; });
    map.on("resize", () => { if (!moved) { home(); moved = false; } });
    return map;
  }

  /** A button beside the zoom buttons that shows the whole area again. */
  function whole(map, label, home) {
    const control = L.control({ position: "bottomleft" });
    control.onAdd = () => {
      const button = make("button", "nv-whole leaflet-bar", "⤢");
      button.type = "button";
      button.title = label;
      button.setAttribute("aria-label", label);
      L.DomEvent.disableClickPropagation(button);
      button.addEventListener("click", () => { map.closePopup(); home(); });
      return button;
    };
    control.addTo(map);
  }

  /** The operator's background, only around the frame. */
  function tiles(map, data) {
    const credit = make("span", "", data.credit);
    L.tileLayer(data.url, { bounds: data.bounds, maxZoom: 19 }).addTo(map);
    const control = L.control({ position: "topright" });
    control.onAdd = () => make("div", "nv-credit", undefined, credit);
    control.addTo(map);
  }

  /** Boundaries, larger areas beneath smaller ones, and names. The look of each kind is in map.css. */
  function outlines(map, data) {
    for (const area of [...data].reverse()) {
      if (!area.rings.length) continue;
      const className = `nv-outline nv-${area.kind}${area.approximate ? " nv-approximate" : ""}`;
      L.polygon(area.rings, { className, interactive: false, smoothFactor: 0.5 }).addTo(map);
    }
    for (const area of data) {
      if (!area.label) continue;
      const html = make("span", "", area.name);
      const name = L.divIcon({ className: `nv-name nv-name-${area.kind}`, html, iconSize: [0, 0] });
      L.marker(area.label, { icon: name, interactive: false, keyboard: false, pane: "names" }).addTo(map);
    }
  }

  // ---- dots -----------------------------------------------------------------------------------------------

  /** One dot: a house in the shape and colour of its state, or a white pill where several share one point. */
  const Dot = L.CircleMarker.extend({
    initialize(latlng, group, options) {
      L.CircleMarker.prototype.initialize.call(this, latlng, options);
      this.group = group;
      this.offset = L.point(0, 0);
      this.setSize(true);
    },
    /** The dot stands `offset` px beside its point where it would lie on another one. */
    _project() {
      this._anchor = this._map.latLngToLayerPoint(this._latlng);
      this._point = this._anchor.add(this.offset);
      this._updateBounds();
    },
    setSize(numbered) {
      this.numbered = numbered;
      const several = this.group.houses.length > 1;
      this.high = numbered ? DOT : SMALL;
      this.wide = numbered && several ? Math.max(DOT, 7 + 4 * this.group.label.length) : this.high;
    },
    _updateBounds() {
      const reach = L.point(this.wide + 8, this.high + 8);
      this._pxBounds = new L.Bounds(this._point.subtract(reach), this._point.add(reach)).extend(this._anchor);
    },
    _containsPoint(point, slack = 9) {
      const away = point.subtract(this._point);
      return Math.abs(away.x) <= this.wide + slack && Math.abs(away.y) <= this.high + slack;
    },
    _updatePath() {
      if (this._renderer._drawing && !this._empty()) paint(this._renderer._ctx, this);
    },
  });

  function paint(ctx, dot) {
    const { houses, label, chosen } = dot.group;
    const look = houses[0].look;
    ctx.save();
    if (dot.offset.x || dot.offset.y) paintLeader(ctx, dot);
    ctx.translate(dot._point.x, dot._point.y);
    if (houses.length > 1) paintPill(ctx, dot);
    else paintShape(ctx, look, dot.high);
    if (houses.some((house) => house.flags.length)) paintRing(ctx, dot, "#17242d", 2.5, 2);
    if (chosen) paintRing(ctx, dot, "#1667c9", 4, 5);
    if (dot.numbered) {
      ctx.fillStyle = houses.length > 1 ? "#17242d" : look.ink;
      ctx.font = FONT;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillText(label, 0, 1);
    }
    ctx.restore();
  }

  /** The line from a dot that had to step aside to the point where its house stands. */
  function paintLeader(ctx, { _point: dot, _anchor: point }) {
    ctx.strokeStyle = ctx.fillStyle = "#17242d";
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    ctx.moveTo(dot.x, dot.y);
    ctx.lineTo(point.x, point.y);
    ctx.stroke();
    ctx.beginPath();
    ctx.arc(point.x, point.y, 3, 0, 2 * Math.PI);
    ctx.fill();
  }

  function paintShape(ctx, look, radius) {
    ctx.save();
    ctx.scale(radius, radius);
    ctx.lineWidth = 1.8 / radius;
    if (look.dashed) ctx.setLineDash([0.3, 0.2]);
    ctx.fillStyle = look.fill;
    ctx.strokeStyle = look.line;
    ctx.fill(look.path);
    ctx.stroke(look.path);
    ctx.restore();
  }

  function paintPill(ctx, dot) {
    pill(ctx, dot.wide, dot.high);
    ctx.fillStyle = "#ffffff";
    ctx.fill();
    ctx.lineWidth = 2;
    ctx.strokeStyle = "#17242d";
    ctx.stroke();
  }

  function paintRing(ctx, dot, colour, width, away) {
    pill(ctx, dot.wide + away, dot.high + away);
    ctx.lineWidth = width;
    ctx.strokeStyle = colour;
    ctx.stroke();
  }

  function pill(ctx, wide, high) {
    ctx.beginPath();
    ctx.roundRect(-wide, -high, 2 * wide, 2 * high, high);
  }

  /** Houses at one point make one group; its label is their numbers, or how many they are. */
  function groupsOf(houses) {
    const groups = new Map();
    for (const house of houses) {
      if (house.lat === null) continue;
      const key = `${house.lat},${house.lon}`;
      if (!groups.has(key)) groups.set(key, { latlng: [house.lat, house.lon], houses: [], chosen: false });
      groups.get(key).houses.push(house);
      house.group = groups.get(key);
    }
    for (const group of groups.values()) {
      const numbers = group.houses.map((house) => house.number);
      group.label = numbers.length < 4 ? numbers.join(", ") : `${numbers[0]} … ${numbers.at(-1)}`;
    }
    return [...groups.values()];
  }

  /** True while the dots have room for their numbers at this zoom. */
  function roomy(map, groups) {
    const cells = new Set();
    for (const group of groups) {
      const { x, y } = map.project(group.latlng);
      cells.add(`${Math.round(x / (2 * DOT))},${Math.round(y / (2 * DOT))}`);
    }
    return cells.size >= 0.6 * groups.length;
  }

  /** Dots that would overlap step aside, a little at a time, until each number can be read. */
  function spread(map, groups) {
    const dots = groups.map((group) => group.dot);
    const home = dots.map((dot) => map.project(dot._latlng));
    const at = home.map((point, i) => point.add(L.point(0.01 * i, 0.013 * i))); // never exactly equal
    for (let round = 0; round < 30; round += 1) if (!push(dots, at)) break;
    dots.forEach((dot, i) => {
      const offset = at[i].subtract(home[i]);
      dot.offset = Math.hypot(offset.x, offset.y) > 3 ? offset.round() : L.point(0, 0);
    });
  }

  /** One round of pushing apart; false when nothing was too close. */
  function push(dots, at) {
    let moved = false;
    for (let i = 0; i < dots.length; i += 1) {
      for (let j = i + 1; j < dots.length; j += 1) {
        const away = at[j].subtract(at[i]);
        const length = Math.hypot(away.x, away.y);
        const sideways = Math.abs(away.x) / length;
        const apart = 2 * DOT + 4 + sideways * (dots[i].wide + dots[j].wide - 2 * DOT);
        if (length >= apart - 0.5) continue;
        const step = away.multiplyBy((apart - length) / (2 * length));
        at[i] = at[i].subtract(step);
        at[j] = at[j].add(step);
        moved = true;
      }
    }
    return moved;
  }

  // ---- houses ---------------------------------------------------------------------------------------------

  /** Rows from columns; texts that repeat stand once in `<name>_values`. */
  function rows(data, text) {
    const looks = data.states.map((look) => ({ ...look, path: new Path2D(look.shape), word: text[`state.${look.code}`] }));
    const plain = (name, i) => (data[name] ? data[name][i] : null);
    const coded = (name, i) => (data[name] && data[name][i] >= 0 ? data[`${name}_values`][data[name][i]] : null);
    return data.number.map((number, i) => ({
      number, id: data.id[i], look: looks[data.state[i]], lon: data.lon[i], lat: data.lat[i],
      name: plain("name", i), accuracy: plain("accuracy", i), amount: plain("amount", i),
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
    const book = { map, text, all, groups, options, listeners: [], accuracy: null };
    book.choose = (house) => choose(book, house);
    book.onChoice = (listener) => book.listeners.push(listener);
    const resize = () => {
      const numbered = groups.length <= NUMBERS_ALWAYS || roomy(map, groups);
      for (const group of groups) group.dot.setSize(numbered);
      if (numbered && groups.length <= SPREAD_UP_TO) spread(map, groups);
    };
    resize();
    layer.addTo(map);
    map.on("zoomend", () => { resize(); for (const group of groups) group.dot.redraw(); });
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

  return { frame, tiles, outlines, houses, make, say, icon };
})();
