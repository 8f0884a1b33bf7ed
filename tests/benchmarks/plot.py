"""The plot: a bar for each target, under the floor that it is compared with; light and dark."""

from html import escape

from tests.benchmarks.results import Result

WIDTH, LEFT, BAR, ROW, TITLE = 790, 296, 340, 34, 46
FIGURES = LEFT + BAR + 14
STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #1f2328 }
  .name { text-anchor: end }
  .title { font-weight: 600 }
  .bar { fill: #0f766e }
  .floor { fill: #94a3b8 }
  .mark { stroke: #94a3b8; stroke-dasharray: 3 4 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .bar { fill: #2dd4bf }
    .floor { fill: #64748b }
    .mark { stroke: #64748b }
  }
"""


def draw(results: list[Result]) -> str:
    """The SVG's text. Each group has its floor first; a dashed line carries the floor's length on."""
    groups = grouped(results)
    longest = max(result.per_second for result in results)
    parts, top = [], 0
    for floor, members in groups:
        parts.append(f'<text class="title" x="16" y="{top + 30}">{escape(heading(floor))}</text>')
        top += TITLE
        end = LEFT + BAR * floor.per_second / longest
        height = ROW * (1 + len(members))
        parts.append(
            f'<line class="mark" x1="{end:.0f}" x2="{end:.0f}" y1="{top}" y2="{top + height - 10}"/>'
        )
        for result in (floor, *members):
            parts.append(bar(result, "floor" if result is floor else "bar", top, longest))
            top += ROW
    size = f'width="{WIDTH}" height="{top + 10}" viewBox="0 0 {WIDTH} {top + 10}"'
    title = "<title>Requests a second, and how they compare with their floors</title>"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}>{title}\n<style>{STYLE}</style>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def grouped(results: list[Result]) -> list[tuple[Result, list[Result]]]:
    """Each floor with what is compared with it, but for what has a group of its own."""
    floors = [result for result in results if any(other.floor == result.name for other in results)]
    return [
        (floor, [result for result in results if result.floor == floor.name and result not in floors])
        for floor in floors
    ]


def heading(floor: Result) -> str:
    """What a group is compared with."""
    return f"Requests a second, beside {floor.name.removeprefix('floor: ')}"


def bar(result: Result, kind: str, top: int, longest: float) -> str:
    """One row: its name, its bar, its figures."""
    length = BAR * result.per_second / longest
    figures = f"{result.per_second:,.0f}"
    if kind == "bar":
        figures += f" · {result.ratio:.2f} of it"
    return (
        f'<text class="name" x="{LEFT - 12}" y="{top + 17}">{escape(result.name)}</text>'
        f'<rect class="{kind}" x="{LEFT}" y="{top}" width="{length:.0f}" height="24" rx="3"/>'
        f'<text x="{FIGURES}" y="{top + 17}">{figures}</text>'
    )
