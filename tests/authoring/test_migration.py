"""Old files are rewritten word by word: all else stays as it was."""

from __future__ import annotations

import json

import pytest

from resspec.authoring.migration import migrated
from resspec.errors import SpecError
from resspec.spec.loading import load_spec
from resspec.spec.reading import read_text

OLD = """\
# my net
resspec: 0        # the language of last year
stem: {kind: conv3x3,   width: 16}

block: basic
"activation": silu   # calm
stages:
- {depth: 2, width: 16, 'activation': gelu}
- depth: 2
  width: 32
  blocks:
    1: {normalization: group}  # here alone
stochastic_depth: 0.1
source: "activation: relu"
"""
NEW = """\
# my net
resspec: 1        # the language of last year
stem: {kind: conv3x3,   width: 16}

block: basic
"act": silu   # calm
stages:
- {depth: 2, width: 16, 'act': gelu}
- depth: 2
  width: 32
  blocks:
    1: {norm: group}  # here alone
drop_path: 0.1
source: "activation: relu"
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_only_the_words_that_changed_are_touched(end: str):
    assert migrated(OLD.replace("\n", end), "net.yaml") == NEW.replace("\n", end)


def test_a_migrated_file_means_what_the_old_one_meant():
    assert load_spec(read_text(migrated(OLD, "net.yaml")).data) == load_spec(read_text(OLD).data)


def test_json_is_migrated_too():
    old = '{"resspec": 0,\t"activation": "silu", "stages": [{"depth": 1, "width": 8, "activation": "relu"}]}'
    assert json.loads(migrated(old, "net.json", is_json=True)) == {
        "resspec": 1,
        "act": "silu",
        "stages": [{"depth": 1, "width": 8, "act": "relu"}],
    }


@pytest.mark.parametrize("text", [NEW, "extends: resnet18\nact: silu\n"])
def test_a_current_file_is_left_alone(text: str):
    assert migrated(text, "net.yaml") == text


def test_changes_of_stages_and_aliases_are_migrated():
    stages = "{2: &a {activation: silu}, 3: *a, +: {depth: 1, width: 8, activation: relu}}"
    text = f"resspec: 0\nextends: resnet18\nstages: {stages}\n"
    found = migrated(text, "net.yaml")
    assert found == text.replace("resspec: 0", "resspec: 1").replace("activation", "act")


def test_a_file_of_a_newer_version_is_refused():
    with pytest.raises(SpecError, match="RS213"):
        migrated("resspec: 7\nextends: resnet18\n", "net.yaml")


def test_what_cannot_be_rewritten_word_by_word_is_refused():
    with pytest.raises(SpecError, match="RS214"):
        migrated('resspec: 0\nextends: resnet18\n"activ\\u0061tion": silu\n', "net.yaml")
