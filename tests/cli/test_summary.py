"""`cnncalc summary`: formats, columns, folding, sorting, widths."""

from __future__ import annotations

import csv
import io
import json

import pytest

VGG = ("summary", "vgg11", "--input", "1x224x224")


def test_the_table_has_rows_totals_and_the_convention(run) -> None:
    code, out, err = run(*VGG)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "d2l/vgg11 (also there: torchvision/vgg11), input 1x1x224x224, float32"
    assert "features.0    Conv2d(1, 64, 3, p=1)     1x64x224x224           640" in out
    assert "total         29 layers" in out
    assert "params    128,806,154 (491.4 MiB)" in lines
    assert "MACs      7,547,232,256 (7.55 GMACs, 15.1 GFLOPs)" in lines
    assert "FLOPs = 2 x MACs" in lines[-1]
    assert "\x1b" not in out


def test_no_line_is_wider_than_the_terminal(run) -> None:
    for model in ("vgg11", "torchvision/mobilenet_v3_large", "torchvision/inception_v3"):
        for columns in (40, 60, 80, 100, 120, 200):
            out = run("summary", model, columns=columns).out
            widest = max(map(len, out.splitlines()))
            assert widest <= columns, (model, columns, widest)


def test_a_wide_terminal_shows_shares(run) -> None:
    assert "% of MACs" not in run(*VGG, columns=80).out
    out = run(*VGG, columns=130).out
    assert "% of MACs" in out
    assert "24.5%" in out  # 1,849,688,064 of 7,547,232,256


def test_columns_can_be_chosen(run) -> None:
    out = run(*VGG, "--columns", "layer,flops,stride,start,memory").out
    assert out.splitlines()[2].split() == ["layer", "FLOPs", "stride", "start", "memory"]
    assert "15,094,464,512" in out
    assert "-1,-1" in out


def test_depth_folds_blocks_and_keeps_totals(run) -> None:
    out = run("summary", "torchvision/resnet18", "--depth", "1").out
    assert "layer1   14 layers" in out
    assert "1,814,073,344" in out
    assert "layer1.0" not in out


def test_only_keeps_a_type_or_a_pattern(run) -> None:
    out = run("summary", "torchvision/resnet18", "--only", "conv2d").out
    assert "20 shown" in out
    assert "BatchNorm2d" not in out
    out = run("summary", "torchvision/resnet18", "--only", "layer1.*").out
    assert "14 shown" in out


def test_sort_puts_the_largest_first(run) -> None:
    out = run(*VGG, "--sort", "params").out
    assert out.splitlines()[4].startswith("classifier.0")


def test_json_is_the_report(run) -> None:
    data = json.loads(run(*VGG, "--format", "json").out)
    assert data["schema_version"] == 1
    assert data["totals"]["macs"] == 7_547_232_256 == sum(row["macs"] for row in data["rows"])
    assert data["totals"]["params"] == 128_806_154 == sum(row["params"] for row in data["rows"])
    assert data["totals"]["forward_bytes"] == sum(row["output_bytes"] for row in data["rows"])
    assert data["findings"] == []


def test_csv_has_one_line_per_row(run) -> None:
    rows = list(csv.DictReader(io.StringIO(run(*VGG, "--format", "csv").out)))
    assert len(rows) == 29
    assert rows[0]["output_shape"] == "1x64x224x224"
    assert sum(int(row["macs"]) for row in rows) == 7_547_232_256


def test_markdown_is_a_table(run) -> None:
    out = run(*VGG, "--format", "markdown", "--columns", "layer,params").out
    assert "| layer        |      params |" in out
    assert "| total        | 128,806,154 |" in out


def test_color_only_where_asked(run) -> None:
    assert "\x1b[1mlayer" in run(*VGG, "--color", "always").out
    assert "\x1b" not in run(*VGG, "--color", "never").out


def test_settings_batch_and_dtype(run) -> None:
    out = run(
        "summary", "d2l/lenet", "--set", "num_classes=7", "--batch", "4", "--dtype", "fp16"
    ).out
    assert out.startswith("d2l/lenet, input 4x1x28x28, float16")
    assert "4x7" in out
    assert "1,665,072" in out  # 4 * (416,520 - 84 * 3)


def test_hwc_sizes(run) -> None:
    out = run("summary", "vgg16", "--input", "224x224x3", "--layout", "hwc").out
    assert out.startswith("torchvision/vgg16, input 1x3x224x224")


def test_a_batch_may_stand_in_the_size(run) -> None:
    assert "input 8x3x224x224" in run("summary", "vgg16", "--input", "8x3x224x224").out


def test_a_mismatch_is_a_finding_and_exits_with_1(run) -> None:
    code, out, _ = run("summary", "notes/facecnn", "--input", "1x64x64")
    assert code == 1
    assert (
        "error: fc1: Linear expects 41216 features but receives 16384 [linear-in-features]" in out
    )
    assert "fc2" in out


def test_dropped_borders_are_information(run) -> None:
    code, out, _ = run("summary", "d2l/alexnet")
    assert code == 0
    assert (
        "info: input: the last 6 rows and the last 6 columns of the 224x224 input "
        "never reach the output [border-unseen]" in out
    )


@pytest.mark.parametrize("size", ["1x1000000000x1000000000", "64x1x224x224"])
def test_sizes_are_exact_integers(run, size: str) -> None:
    out = run("summary", "conv3x3@1 p1 bias=false", "--input", size).out
    expected = 9 * 10**18 if size.startswith("1x") else 9 * 64 * 224 * 224
    assert f"{expected:,}" in out


def test_huge_sizes_are_quick_and_whole(run) -> None:
    out = run("summary", "vgg11", "--input", "3x1000000000x1000000000", columns=300).out
    assert "1x64x1000000000x1000000000" in out
    out = run(
        "summary", "Upsample(size=1000000000), deconv3@4", "--input", "3x8x8", columns=300
    ).out
    assert "1x3x1000000000x1000000000" in out
    assert run("summary", "Roll(3,2)", "--input", "3x1000000000x8").code == 0


def test_only_comes_before_depth(run) -> None:
    out = run("summary", "vgg11", "--only", "conv2d", "--depth", "1").out
    assert "features  8 layers" in out


def test_columns_are_for_tables(run) -> None:
    code, _, err = run(*VGG, "--format", "csv", "--columns", "layer")
    assert code == 2
    assert "--columns is for tables" in err
    out = run(*VGG, "--format", "markdown", "--columns", "share,layer").out
    assert "24.5%" in out
