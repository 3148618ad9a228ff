// The frame of a map: building blocks, the Leaflet map itself, background, outlines with names.
// Everything people wrote reaches the page through textContent only.
"use strict";

(() => {
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
      zoomControl: false, attributionControl: false, zoomSnap: 0.25, fadeAnimation: false, minZoom: 7, maxZoom: 19, boxZoom: false,
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
    const order = ["parent", "neighbour", "ground", "part", "area"]; // the area's line goes over its villages' lines
    const grounds = data.filter((area) => area.kind === "area").map((area) => ({ ...area, kind: "ground" }));
    for (const area of [...data, ...grounds].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))) {
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

  window.nhavung = { frame, tiles, outlines, make, say, icon };
})();
