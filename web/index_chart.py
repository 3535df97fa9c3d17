"""A line chart of an index as an SVG file of its own, drawn by pygal."""

import re
import sys

import pygal
from pygal.style import Style

from exchange.reports.index import Series

# pygal leaves a finder of maps behind that Python's import system warns of at every later import; nothing here needs it.
sys.meta_path[:] = [one for one in sys.meta_path if not isinstance(one, pygal.PluginImportFixer)]

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    "cache-control": "no-store",
}
"""A chart carries its style within; as an image it can do nothing else."""
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
"""pygal's settings for tooltips of its own, which an image never runs."""
_STYLE = Style(
    background="#fffdf9",
    plot_background="#fffdf9",
    foreground="#5c554a",
    foreground_strong="#1d1a16",
    foreground_subtle="#ddd6c8",
    colors=("#a8321f",),
    guide_stroke_color="#ddd6c8",
    major_guide_stroke_color="#c5bba8",
    font_family="system-ui, sans-serif",
    label_font_size=14,
    major_label_font_size=14,
)


def index_chart(series: Series) -> str:
    """The index from its base month on; the table beside it says the same."""
    chart = pygal.Line(
        style=_STYLE,
        js=[],
        width=860,
        height=340,
        show_legend=False,
        no_prefix=True,
        disable_xml_declaration=True,
        x_label_rotation=30,
        show_minor_x_labels=len(series.points) <= 24,
    )
    chart.x_labels = [point.month for point in series.points]
    chart.add(series.name, [{"value": float(point.index), "label": point.index} for point in series.points])
    return _SCRIPT.sub("", chart.render(is_unicode=True))
