"""RS1xx: files that cannot be read."""

from __future__ import annotations

from resspec.codes.code import Code

READING = {
    "RS101": Code(
        "No such spec or file",
        "A name is no shipped spec, or a path names no regular file that can be read.",
        "extends: resnet5O\n",
        "Take the name from `resspec list`, or a path that ends in .yaml, .yml or .json.",
    ),
    "RS102": Code(
        "The file is too large",
        "The file has more bytes than the limit. Nothing behind the limit was read.",
        "$ resspec validate weights.yaml",
        "Name a spec, not data. Where you trust the file: --allow bytes=10M.",
    ),
    "RS103": Code(
        "The file is not text",
        "The bytes are not UTF-8, or hold characters that no YAML may hold.",
        "$ resspec validate picture.yaml",
        "Save the file as UTF-8 text.",
    ),
    "RS104": Code(
        "Not YAML or JSON",
        "Quotes, brackets, colons or indents do not fit. YAML allows no tabs in indents.",
        "extends: resnet18\nblock: {kind: basic\n",
        "Look at the place; where the file ends too early, at the line where the open thing begins.",
    ),
    "RS105": Code(
        "Nested too deeply",
        "Lists and mappings stand inside one another deeper than the limit.",
        "extends: " + "[" * 41 + "]" * 41 + "\n",
        "Specs need about six levels. Where you trust the file: --allow nesting=100.",
    ),
    "RS106": Code(
        "The file is empty",
        "The file holds no value, or comments alone.",
        "# to be written\n",
        "Write `extends: resnet50`, or a stem, a block and stages; `resspec new` writes a beginning.",
    ),
    "RS107": Code(
        "More than one document",
        "A line `---` begins a second document.",
        "extends: resnet18\n---\nextends: resnet34\n",
        "Write one network into one file.",
    ),
    "RS108": Code(
        "An alias without an anchor",
        "`*name` repeats what `&name` marked before; nothing was.",
        "extends: *base\n",
        "Mark the value with `&name` above, or quote a text that begins with `*`.",
    ),
    "RS109": Code(
        "A tag",
        "`!` names a type or a constructor. None is read, so that no file can run code.",
        "extends: resnet18\nname: !!python/name:os.system x\n",
        "Write the plain value; quote a text that begins with `!`.",
    ),
    "RS110": Code(
        "A key that is no word",
        "A key is a list or a mapping, or the merge key `<<` of YAML 1.1.",
        "extends: resnet18\nstem: {[a, b]: 1}\n",
        "Write `key: value`; to share values between files use `extends`.",
    ),
    "RS111": Code(
        "A key stands twice",
        "A mapping has the same key twice; one of them would be lost.",
        "extends: resnet18\nblock: basic\nblock: bottleneck\n",
        "Keep one of them.",
    ),
    "RS112": Code(
        "Not a finite number",
        "A number is infinite, not a number, or has thousands of digits.",
        "extends: resnet18\ndrop_path: 1e400\n",
        "Write a finite number.",
    ),
    "RS113": Code(
        "Too many values",
        "The file, its aliases written out, holds more values than the limit.",
        "a: &a [" + "1, " * 200 + "1]\nb: [" + "*a, " * 120 + "*a]\n",
        "Say what is repeated once, in `block:` or `stages:`. Where you trust the file: --allow values=100K.",
    ),
    "RS114": Code(
        "A file outside the folder",
        "`extends` or a budget names a file that is not below the folder of the first file, or is no spec.",
        "extends: ../secret.yaml\n",
        "Move the base beside the spec, extend a shipped spec, or trust the file with --allow outside.",
    ),
    "RS115": Code(
        "A weight file without a spec",
        "A .safetensors file is named as a spec, but its header carries none.",
        "$ resspec report weights.safetensors",
        "Infer one: resspec import weights.safetensors.",
    ),
}
