"""What `cnncalc check` prints, in every format, on checks that are built by hand."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from results import (
    FC1,
    advice,
    broken,
    check,
    clean,
    everything,
    failed,
    misfit,
    partial,
    right,
    warning,
    wrong,
)

from cnncalc.checking.many import Run, together
from cnncalc.checking.result import Check
from cnncalc.errors import Location
from cnncalc.finding import Severity
from cnncalc.render import check as text
from cnncalc.render import check_github, check_json, check_junit, check_sarif
from cnncalc.render.check_words import trouble

BELOW = "  help: nn.Linear(64 * 28 * 23, 256)\n  fits: inputs of 48..51 x 48..51, as written\n"


def test_text() -> None:
    assert text.render(Run((broken(),))) == (
        "ok: fc2 = 41216 = 64x28x23 (112x92 halved twice)\n"
        "models/face.py:9:20: fc1 (Linear) expects 9216 features but receives 41216 "
        "(64x28x23 flattened) [linear-in-features]\n"
        f"{BELOW}"
        "models/face.py:12:5: warning: pool2 (MaxPool2d) leaves out 1 row, 50% & <more> "
        "[border-unseen]\n"
        "info: one layer has 99.7% [parameters-unused]\n"
        "FaceCNN on 1x112x92: 1 dim right, 1 wrong, 1 warning"
    )


def test_text_of_a_clean_model() -> None:
    assert text.render(Run((clean(),))) == (
        "ok: fc1 = 41216 = 64x28x23 (112x92 halved twice)\nFaceCNN on 1x112x92: 1 dim right"
    )
    assert text.render(Run((clean(),)), quiet=True) == ""
    assert text.render(Run((clean(), clean()), many=True), quiet=True) == ""


def test_quiet_leaves_problems_alone() -> None:
    lines = text.render(Run((clean(), broken()), many=True), quiet=True).splitlines()
    assert not any(line.startswith("ok:") for line in lines)
    assert lines[0].startswith("models/face.py:9:20: fc1 (Linear) expects")
    assert lines[-1] == "2 models: 1 clean, 1 with findings"
    assert sum("FaceCNN on" in line for line in lines) == 1


def test_text_of_many_models_and_what_goes_to_stderr() -> None:
    run = everything()
    lines = text.render(run).splitlines()
    assert "models/gone.py:Net: not checked" in lines
    assert "sizes on ?x?x?: not fully verified" in lines
    assert lines[-2:] == [
        "",
        "4 models: 1 clean, 1 with findings, 2 not verified, 1 mistake in the configuration",
    ]
    assert trouble(run) == [
        "pyproject.toml:7: model 2: input: expected a size\n  help: 3x32x32",
        "models/gone.py:Net: models/gone.py: No such file or directory",
        "sizes: not fully verified: unknown at conv1 (Conv2d(?, 32, 3, p=1)), "
        "relu1 (ReLU), pool1 (MaxPool2d(2)) and 4 more",
    ]


def test_a_wrong_dim_whose_finding_is_ignored_fails_nothing() -> None:
    run = Run((check(verdicts=(wrong(),))._replace(ignored=1),))
    assert run.exit_code == 0
    assert text.render(run) == (
        "ignored: fc1 = 9216, but it receives 41216 = 64x28x23 (112x92 halved twice)\n"
        "FaceCNN on 1x112x92: 0 dims right, 1 ignored"
    )
    assert text.render(run, quiet=True) == ""
    assert "::" not in check_github.render(run)
    assert check_sarif.to_dict(run, "0.1.0")["runs"][0]["results"] == []
    assert ElementTree.fromstring(check_junit.render(run)).get("skipped") == "1"
    assert together(run.checks) == ()


def test_a_dim_that_is_not_known_is_neither_right_nor_wrong() -> None:
    verdict = wrong()._replace(received=None, fix=None, fits=None, derivation="")
    run = Run((partial()._replace(verdicts=(right(), verdict)),))
    said = "fc1.in_features = 9216, and what it receives is not known"
    assert f"models/face.py:9:30: {said}\n" in text.render(run)
    assert text.render(run).endswith("1 dim right, 1 not known, not fully verified")
    assert f",title=cnncalc::{said}\n" in check_github.render(run)
    (result,) = check_sarif.to_dict(run, "0.1.0")["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("dim-unknown", "warning")
    assert ElementTree.fromstring(check_junit.render(run)).get("skipped") == "1"


def test_why_there_is_no_fix() -> None:
    verdict = wrong()._replace(fix=None, unfixable="in_features is an argument")
    run = Run((check(misfit(), verdicts=(verdict,)),))
    assert "  no fix: in_features is an argument\n" in text.render(run, fixing=True)
    assert "no fix" not in text.render(run)


def test_a_layer_with_two_dims_has_both_names() -> None:
    two = (right(), right()._replace(argument="out_features"))
    lines = text.render(Run((check(verdicts=two),))).splitlines()
    assert lines[0].startswith("ok: fc1.in_features = 41216")
    assert lines[1].startswith("ok: fc1.out_features = 41216")


def test_colour_changes_no_word() -> None:
    run = everything()
    plain, coloured = text.render(run), text.render(run, color=True)
    assert "\x1b[31m" in coloured
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == plain


def test_nothing_in_a_name_moves_the_cursor() -> None:
    evil = misfit()._replace(layer="fc\x1b[2J1", message="no\rgood\n::error::no", help="a\x07b")
    for rendered in (text.render(Run((check(evil),))), check_github.render(Run((check(evil),)))):
        assert not re.search("[\x00-\x09\x0b-\x1f]", rendered)
    assert check_github.render(Run((check(evil),))).count("\n::error") == 0


@pytest.mark.parametrize(
    ("run", "code"),
    [
        (Run((clean(),)), 0),
        (Run((check(warning(), advice()),)), 0),
        (Run((check(warning()),), strict=True), 1),
        (Run((check(advice()),), strict=True), 0),
        (Run((broken(),)), 1),
        (Run((clean(), broken()), many=True), 1),
        (Run((failed(), broken()), many=True), 2),
        (Run((partial(),)), 2),
        (Run((), everything().problems, many=True), 2),
        (Run(()), 0),
    ],
)
def test_exit_codes(run: Run, code: int) -> None:
    assert run.exit_code == code


def test_json_has_everything() -> None:
    data = json.loads(check_json.render(everything()))
    assert list(data) == ["schema_version", "exit_code", "strict", "models", "problems"]
    assert (data["schema_version"], data["exit_code"]) == (1, 2)
    one, two, gone, unsure = data["models"]
    assert [each["exit_code"] for each in data["models"]] == [0, 1, 2, 2]
    assert one["inputs"] == [[1, 1, 112, 92]]
    assert one["totals"]["params"] == 10_580_648  # 320 + 18,496 + 10,551,552 + 10,280
    assert two["verdicts"][1] == {
        "layer": "fc1", "op": "Linear", "argument": "in_features", "text": "9216", "value": 9216,
        "received": 41216, "ok": False, "derivation": "64x28x23 (112x92 halved twice)",
        "fits": "48..51 x 48..51", "file": "models/face.py", "line": 9, "column": 30,
        "fix": {"file": "models/face.py", "line": 9, "column": 30, "end_line": 9,
                "end_column": 34, "old": "9216", "new": "64 * 28 * 23"},
        "unfixable": None,
    }  # fmt: skip
    assert {finding["severity"] for finding in two["findings"]} == {"error", "warning", "info"}
    assert two["findings"][2]["source"] == "models/face.py:9:20"
    assert gone["error"]["message"] == "models/gone.py: No such file or directory"
    assert gone["status"] is gone["totals"] is None
    assert unsure["unverified"].startswith("not fully verified: unknown at conv1")
    assert data["problems"][0]["line"] == 7


def undone(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as the runner reads it: name, properties, message."""
    found = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line)
    assert found, line
    properties = dict(part.split("=", 1) for part in found[2].split(","))

    def read(value: str) -> str:
        for code, each in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
            value = value.replace(code, each)
        return value

    return found[1], {key: read(value) for key, value in properties.items()}, read(found[3])


def test_github_commands() -> None:
    lines = check_github.render(Run((broken(),))).splitlines()
    name, place, said = undone(lines[0])
    assert name == "error"
    assert place == {
        "file": "models/face.py", "line": "9", "col": "20", "title": "cnncalc linear-in-features"
    }  # fmt: skip
    assert said == (
        "fc1 (Linear) expects 9216 features but receives 41216 (64x28x23 flattened)\n"
        "help: nn.Linear(64 * 28 * 23, 256)\nfix: 64 * 28 * 23 (cnncalc check --fix writes it)"
    )
    assert undone(lines[1])[0] == "warning"
    assert undone(lines[1])[2] == "pool2 (MaxPool2d) leaves out 1 row, 50% & <more>"
    assert undone(lines[2])[0] == "notice"
    assert lines[3] == "cnncalc: FaceCNN on 1x112x92: 1 dim right, 1 wrong, 1 warning"


def test_github_properties_are_escaped() -> None:
    odd = misfit()._replace(location=Location("a,b:c%.py", 3))
    line = check_github.render(Run((check(odd),))).splitlines()[0]
    assert line.startswith("::error file=a%2Cb%3Ac%25.py,line=3,title=")
    assert undone(line)[1]["file"] == "a,b:c%.py"


def test_github_names_trouble_and_paths_from_the_root(tmp_path, monkeypatch) -> None:
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    lines = check_github.render(everything(), str(tmp_path)).splitlines()
    assert undone(lines[0])[1]["file"] == "sub/pyproject.toml"
    assert any(line.startswith("::error file=sub/models/face.py,line=9") for line in lines)
    assert any("No such file or directory" in line for line in lines if line[:7] == "::error")
    assert any("not fully verified" in line for line in lines if line[:7] == "::error")
    assert lines[-1].startswith("cnncalc: 4 models: 1 clean")


def required(value: dict[str, Any], *names: str) -> None:
    assert set(names) <= set(value), (names, list(value))


def check_region(region: dict[str, Any]) -> None:
    required(region, "startLine")
    assert all(type(number) is int and number >= 1 for number in region.values())
    assert set(region) <= {"startLine", "startColumn", "endLine", "endColumn"}


def check_location(location: dict[str, Any]) -> None:
    physical = location["physicalLocation"]
    artifact = physical["artifactLocation"]
    uri = artifact["uri"]
    assert not uri.startswith("/")
    assert "\\" not in uri
    assert " " not in uri
    assert uri.startswith("file:///") == ("uriBaseId" not in artifact)
    if "region" in physical:
        check_region(physical["region"])


def test_sarif_has_the_form_that_2_1_0_asks_for() -> None:
    """Required properties, enumerations, and indices that hit, as the standard has them."""
    log = json.loads(check_sarif.render(everything(), "0.1.0"))
    required(log, "version", "runs")
    assert log["version"] == "2.1.0"
    (made,) = log["runs"]
    required(made, "tool")
    driver = made["tool"]["driver"]
    required(driver, "name")
    assert re.fullmatch(r"\d+\.\d+\.\d+", driver["semanticVersion"])
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"].endswith(".")
        assert f"ignore[{rule['id']}]" in rule["help"]["text"]
    assert made["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    assert len(made["results"]) == 3
    for result in made["results"]:
        required(result, "message", "ruleId", "level")
        assert result["message"]["text"]
        assert result["level"] in {"none", "note", "warning", "error"}
        assert ids[result["ruleIndex"]] == result["ruleId"]
        for location in result.get("locations", []):
            check_location(location)
    (invocation,) = made["invocations"]
    assert invocation["executionSuccessful"] is False
    assert len(invocation["toolExecutionNotifications"]) == 3
    for note in invocation["toolExecutionNotifications"]:
        required(note, "message")
        assert note["level"] in {"none", "note", "warning", "error"}


def test_sarif_fixes_and_places() -> None:
    (made,) = check_sarif.to_dict(Run((broken(),)), "0.1.0")["runs"]
    assert made["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]
    error = made["results"][0]
    (fix,) = error["fixes"]
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    assert change["artifactLocation"]["uri"] == "models/face.py"
    assert replacement == {
        "deletedRegion": {"startLine": 9, "startColumn": 30, "endLine": 9, "endColumn": 34},
        "insertedContent": {"text": "64 * 28 * 23"},
    }
    assert error["properties"]["received"] == "41216"
    assert "fixes" not in made["results"][1]
    clean_run = check_sarif.to_dict(Run((clean(),)), "0.1.0")["runs"][0]
    assert clean_run["results"] == []


def test_sarif_names_files_outside_the_root_in_full(tmp_path, monkeypatch) -> None:
    inner = tmp_path / "a b"
    inner.mkdir()
    monkeypatch.chdir(inner)
    outside = misfit()._replace(location=Location("../net work.py", 1, 1))
    inside = misfit()._replace(location=Location("net work.py", 1, 1))
    results = check_sarif.to_dict(Run((check(outside, inside),)), "0.1.0")["runs"][0]["results"]
    uris = [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results]
    assert uris == [f"file://{tmp_path}/net%20work.py", "net%20work.py"]


def test_junit() -> None:
    root = ElementTree.fromstring(check_junit.render(everything()).encode())
    assert root.tag == "testsuites"
    suites = list(root)
    assert [suite.get("name") for suite in suites] == [
        "FaceCNN on 1x112x92", "FaceCNN on 1x112x92", "models/gone.py:Net", "sizes on ?x?x?",
        "configuration",
    ]  # fmt: skip
    for suite in [root, *suites]:
        cases = suite.findall(".//testcase")
        assert int(suite.get("tests", "")) == len(cases)
        assert int(suite.get("failures", "")) == len(suite.findall(".//failure"))
        assert int(suite.get("errors", "")) == len(suite.findall(".//error"))
    assert [suite.get("failures") for suite in suites] == ["0", "1", "0", "0", "0"]
    assert [suite.get("errors") for suite in suites] == ["0", "0", "1", "1", "1"]
    failure = suites[1].find(".//failure")
    assert failure is not None
    assert failure.get("type") == "linear-in-features"
    assert failure.text is not None
    assert failure.text.startswith("models/face.py:9:20: fc1 (Linear) expects 9216")
    said = [out.text for out in suites[1].iter("system-out")]
    assert said[0] == (
        "warning: models/face.py:12:5: pool2 (MaxPool2d) leaves out 1 row, 50% & <more> "
        "[border-unseen]"
    )


def test_junit_in_a_strict_run_fails_warnings() -> None:
    root = ElementTree.fromstring(check_junit.render(Run((check(warning()),), strict=True)))
    assert root.get("failures") == "1"


def test_junit_holds_no_character_that_xml_cannot() -> None:
    evil = misfit()._replace(message="a\x00\x1b\ufffe\"<&'>\nb", help="\x08]]>", layer='"&')
    root = ElementTree.fromstring(check_junit.render(Run((check(evil, title="<\x01>"),))))
    failure = root.find(".//failure")
    assert failure is not None
    assert "\"<&'>" in (failure.text or "")


def test_the_worst_comes_first_in_every_format() -> None:
    run = Run((check(advice(), warning(), misfit()),))
    order = [line.split(" ")[0] for line in check_github.render(run).splitlines()[:3]]
    assert order == ["::error", "::warning", "::notice"]
    levels = [each["level"] for each in check_sarif.to_dict(run, "0.1.0")["runs"][0]["results"]]
    assert levels == ["error", "warning", "note"]


def test_models_that_want_different_numbers_are_not_fixed() -> None:
    other = wrong()._replace(received=9216, ok=True)
    needs = check(misfit(), verdicts=(wrong(),))
    (verdict,) = together([needs, check(verdicts=(other,))])
    assert verdict.fix is None
    assert verdict.unfixable == "the models of this run want 41216 and 9216 there"
    (same,) = together([needs, needs])
    assert same == wrong()
    elsewhere = wrong()._replace(location=FC1._replace(line=30))
    assert len(together([check(misfit(), misfit(), verdicts=(wrong(), elsewhere))])) == 2


def test_a_finding_of_every_severity_is_shown() -> None:
    assert {finding.severity for finding in broken().findings} == set(Severity)
    assert isinstance(failed(), Check)
