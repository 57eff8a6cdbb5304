"""Cross-check every model of torchvision and write docs/torchvision-crosscheck.md.

    python bench/torchvision_crosscheck.py [jobs]

Needs `cnncalc[torch]` and torchvision. The same table: `cnncalc crosscheck --all-torchvision
--memory --format markdown`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cnncalc.crosschecking.result import Line
from cnncalc.crosschecking.survey import Settings, survey
from cnncalc.crosschecking.torchvision import tasks, version
from cnncalc.render.survey import markdown

TARGET = Path(__file__).parent.parent / "docs" / "torchvision-crosscheck.md"
TEXT = """# Every model of torchvision, cross-checked

Written by `python bench/torchvision_crosscheck.py`; anyone can run it again. Each model is built,
traced on meta tensors, and run for real on the CPU with a batch of 1. Then every layer's output
shape and dtype, its parameters, buffers and MACs, the totals, the bytes of the weights and the
peak of live bytes are compared with what torch shows ([how](crosscheck.md)). Of the detectors it
is the backbone. Weights are zero: no figure that is checked depends on them, and random ones
would take longer to make than all else. The last column is the seconds of the whole check.

"""


def main() -> int:
    """Write the table; the exit code is that of the survey."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    models, left_out = tasks()

    def progress(line: Line) -> None:
        print(f"{line.model}: {line.verdict} ({line.seconds:.1f} s)", *line.notes, flush=True)

    found = survey(
        f"torchvision {version()}",
        models,
        left_out,
        settings=Settings(device="cpu", memory=True),
        jobs=jobs,
        progress=progress,
    )
    TARGET.write_text(TEXT + markdown(found) + "\n", encoding="utf-8")
    return found.exit_code


if __name__ == "__main__":
    sys.exit(main())
