"""The whole zoo on a CUDA device: float32, and for shapes float16 and channels last."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.torch, pytest.mark.torchvision, pytest.mark.gpu]

from cnncalc.crosschecking import Verdict, survey  # noqa: E402
from cnncalc.crosschecking.survey import Settings  # noqa: E402


@pytest.mark.parametrize("name", survey.zoo_tasks())
@pytest.mark.parametrize(
    "settings",
    [
        Settings(device="cuda", memory=True),
        Settings(device="cuda", dtype="float16"),
        Settings(device="cuda", innermost=True),
    ],
    ids=["float32", "float16", "channels-last"],
)
def test_the_zoo_on_cuda(name: str, settings: Settings) -> None:
    line = survey.line_of(name, settings)
    assert line.verdict in (Verdict.AGREES, Verdict.EXPLAINED), line.notes


def test_the_header_names_the_device() -> None:
    import torch

    import cnncalc

    found = cnncalc.crosscheck("d2l/lenet", device="cuda", memory=True)
    assert found.machine.name == torch.cuda.get_device_name(0)
    assert found.machine.tf32 is not None
    assert found.exit_code == 0
