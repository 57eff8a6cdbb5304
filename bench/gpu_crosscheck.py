"""Cross-check the whole zoo on a CUDA device and write docs/gpu-crosscheck.md.

    python bench/gpu_crosscheck.py

Needs `cnncalc[torch]`, torchvision and a GPU. In float32 with memory; then in float16 and with
channels last, whose kernels take other paths, for the shapes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from cnncalc.crosschecking.result import Line, Survey, exit_code, worst
from cnncalc.crosschecking.survey import Settings, survey, zoo_tasks
from cnncalc.render.survey import markdown

TARGET = Path(__file__).parent.parent / "docs" / "gpu-crosscheck.md"
TEXT = """# The zoo on a GPU, cross-checked

Written by `python bench/gpu_crosscheck.py`; anyone with a GPU can run it again. Every network of
the zoo runs on the device that the heading of each table names, and every figure is compared with
what torch shows ([how](crosscheck.md)): in float32 with the memory that the allocator gave out,
then in float16, then with the channels innermost.
"""

RUNS = {
    "float32": Settings(device="cuda", memory=True),
    "float16": Settings(device="cuda", dtype="float16"),
    "channels last": Settings(device="cuda", innermost=True),
}


def progress(line: Line) -> None:
    """Say how each network went."""
    print(f"{line.model}: {line.verdict} ({line.seconds:.1f} s)", *line.notes, flush=True)


def main() -> int:
    """Write the tables; the exit code is that of the surveys."""
    if not torch.cuda.is_available():
        print("torch finds no CUDA device here", file=sys.stderr)
        return 2
    parts: list[str] = []
    surveys: list[Survey] = []
    for title, settings in RUNS.items():
        found = survey(f"the zoo, {title}", zoo_tasks(), settings=settings, progress=progress)
        surveys.append(found)
        parts += ["", f"## {title}", "", markdown(found)]
    TARGET.write_text(TEXT + "\n".join(parts) + "\n", encoding="utf-8")
    return exit_code(worst(found.verdict for found in surveys))


if __name__ == "__main__":
    sys.exit(main())
