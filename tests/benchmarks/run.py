"""`make bench`: every benchmark in full size, one after the other; prints sizes, seconds and ratios."""

from __future__ import annotations

import bench_bulk
import bench_commands
import bench_field
import bench_intake
import bench_law
import bench_maps
import bench_pages
import bench_papers
import bench_phone


def main() -> None:
    """Run them all."""
    print("== nhavung --help")
    bench_commands.main()
    print("\n== law")
    bench_law.main(1_600_000)
    print("\n== a province assessed again")
    bench_bulk.main(20_000)
    print("\n== maps")
    bench_maps.report()
    print("\n== intake")
    bench_intake.report()
    print("\n== field app")
    bench_field.report()
    bench_phone.report()
    print("\n== pages")
    bench_pages.main()
    print("\n== papers")
    bench_papers.report()


if __name__ == "__main__":
    main()
