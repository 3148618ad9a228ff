"""Maps: rows of the survey become layers, layers become a page, one self-contained file or a geographic file.

Nothing here reads a clock, a session or a request. folium takes seconds to import, so the public
functions (`village.area_map`, `page.parts`, `single_file.write`) import the modules that need them when
called.
"""
