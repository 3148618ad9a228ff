"""The strip under a map: what the signs mean with counts, where the area lies, and what is not shown.

It stands under the map, never on it, so it cannot cover a house.
"""

from __future__ import annotations

from collections import Counter

from maps.elements import Part, template
from maps.frame import Frame, outside
from maps.locator import locator
from maps.rows import AreaView
from maps.states import State, count, states
from maps.wording import text
from survey.words import word


class Legend(Part):
    """States with counts, flags, boundaries, the area within its parent, notes and sources."""

    _template = template(
        """
        {% macro icon(state) %}
        <svg class="nv-icon" viewBox="-1.5 -1.5 3 3" width="18" height="18" aria-hidden="true"><path
          d="{{ state.shape }}" fill="{{ state.fill }}" stroke="{{ state.line }}" stroke-width=".28"
          {% if state.dashed %}stroke-dasharray=".5 .35"{% endif %}/></svg>
        {% endmacro %}
        {% macro html(this, kwargs) %}
        <div class="nv-legend">
          <div class="nv-legend-main">
            <ul class="nv-states">
            {% for state, label, number in this.entries %}
              <li>{{ icon(state) }}<span>{{ label }}</span> <b>{{ number }}</b></li>
            {% endfor %}
            {% if this.flagged %}
              <li><svg class="nv-icon" viewBox="-1.5 -1.5 3 3" width="18" height="18" aria-hidden="true">
                <circle class="nv-ring" r="1.1"/></svg>
                <span>{{ this.words.flagged }}</span> <b>{{ this.flagged }}</b></li>
            {% endif %}
            {% if this.shared %}
              <li><svg class="nv-icon nv-wide" viewBox="0 0 34 18" width="34" height="18" aria-hidden="true">
                <rect class="nv-pill" x="1" y="1" width="32" height="16" rx="8"/>
                <text class="nv-pill-text" x="17" y="13" text-anchor="middle">2, 3</text></svg>
                <span>{{ this.words.same_point }}</span></li>
            {% endif %}
            {% if this.bounded %}
              <li><svg class="nv-icon nv-wide" viewBox="0 0 34 18" width="34" height="18" aria-hidden="true">
                <path class="nv-line{{ ' nv-approximate' if this.approximate }}" d="M1 9H33"/></svg>
                <span>{{ this.boundary_word }}</span></li>
            {% endif %}
            </ul>
            {% for note in this.notes %}<p class="nv-note">{{ note }}</p>{% endfor %}
          </div>
          {% if this.locator %}
          <figure class="nv-locator">
            <svg viewBox="{{ this.locator.view_box }}" width="96" height="96" aria-hidden="true">
              <path class="nv-locator-parent" d="{{ this.locator.parent }}"/>
              <path class="nv-locator-area" d="{{ this.locator.area }}"/></svg>
            <figcaption>{{ this.locator.title }}</figcaption>
          </figure>
          {% endif %}
        </div>
        {% endmacro %}
        """
    )

    def __init__(self, view: AreaView, frame: Frame, lang: str) -> None:
        super().__init__("legend")
        self.words = {key: word(f"legend.{key}", lang) for key in _WORDS}
        self.entries = entries(view, lang)
        self.flagged = sum(1 for house in view.houses if house.flags)
        self.shared = any(number > 1 for number in _per_point(view).values())
        self.boundary_word = self.words[
            "boundary_approximate" if view.area.boundary_is_approximate else "boundary"
        ]
        self.bounded = view.area.boundary is not None
        self.approximate = view.area.boundary_is_approximate
        self.locator = locator(view, lang)
        self.notes = notes(view, frame, lang)


_WORDS = ("flagged", "same_point", "boundary", "boundary_approximate")


def entries(view: AreaView, lang: str) -> list[tuple[State, str, int]]:
    """Each state that occurs: its look, its word and how many houses of the list are in it."""
    counts = count(view.houses)
    return [
        (state, word(f"legend.{state.code}", lang), counts[state.code])
        for state in states()
        if state.code in counts
    ]


def notes(view: AreaView, frame: Frame, lang: str) -> list[str]:
    """Sentences under the map: as-of date, how sure the boundary is, what is not drawn and why, sources."""
    drawn = sum(1 for house in view.houses if house.point)
    missing, far = len(view.houses) - drawn, len(outside(frame, view.houses))
    said = [text("as_of", lang, day=view.as_of.strftime("%d/%m/%Y"), n=len(view.houses))]
    if view.area.boundary is None:
        said.append(text("no_boundary", lang))
    elif view.area.boundary_is_approximate:
        said.append(text("approximate", lang))
    elif view.area.uncertainty_m:
        said.append(text("uncertain", lang, m=round(view.area.uncertainty_m)))
    if missing:
        said.append(text("missing", lang, n=missing))
    if far:
        said.append(text("outside", lang, n=far))
    sources = [text("sources", lang, sources="; ".join(view.sources))] if view.sources else []
    return [" · ".join(said), *sources]


def _per_point(view: AreaView) -> Counter[tuple[float, float]]:
    return Counter(house.point for house in view.houses if house.point)
