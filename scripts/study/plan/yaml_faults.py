"""Why YAML cannot read a config: the slips of a keyboard, and what is meant, with line and column."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

import yaml

from study.helpers import InputError

# Marks of a Chinese keyboard -> the mark of YAML that is meant.
MEANT = dict(zip("：，［］｛｝【】＃－", (": ", ", ", *"[]{}[]", " #", "- "), strict=True))
MEANT |= dict(zip("“”‘’＂＇\u3000\xa0", "\"\"''\"'  ", strict=True))
NAMES = {
    **{"：": "full-width colon", "，": "full-width comma", "＃": "full-width #", "－": "full-width hyphen"},
    **dict.fromkeys("［］｛｝【】", "full-width bracket"),
    **dict.fromkeys("“”‘’＂＇", "curly or full-width quotation mark"),
    **{"\u3000": "full-width blank", "\xa0": "no-break space"},
}
# Where such a mark stands in the place of YAML's: after a key, before a value, after a value that ends a line.
_KEY = r"[\w$.-]+|\"[^\"]*\"|'[^']*'"
MISPLACED = [
    re.compile(rf"^[\s\u3000\xa0]*(?:- +)*(?:{_KEY})\s*(：)"),
    re.compile(rf"[\[{{,，]\s*(?:{_KEY})\s*(：)"),
    re.compile(r"(?:[:：\[{,，]|^\s*-)\s*([［｛【“”‘’＂＇])"),
    re.compile(r"(?:^[ \t]*|[:：,，\[{])([\u3000\xa0])"),
    re.compile(r"^\s*([－＃])\s*\S"),
    re.compile(r"([］｝】”’＂＇])\s*(?:[,，\]}］｝].*)?(?:#.*)?$"),
]
IN_LISTS = re.compile("([，［］｛｝【】])")  # what ends or parts the items of a list is never part of a plain one
# Keys of sentences, in which the marks of a Chinese keyboard are nothing but punctuation.
SENTENCES = ("title", "note", "claim", "group", "name", "source")
OF_SENTENCE = re.compile(rf"\s*(?:- +)*(?:{'|'.join(SENTENCES)})\s*:")
# How what YAML says of a fault begins -> what it is.
YAML_SAYS = {
    "mapping values are not allowed here": "a colon with a blank after it stands where no key can be; put text that "
    "has one in quotes, and indent keys of one block alike",
    "could not find expected ':'": "a key without its colon; write `key: value`",
    "expected <block end>": "the line is indented otherwise than its block, or a bracket or quotation mark is too many",
    "but found another document": "a second document begins, and a config is one",
}


def refuse_yaml(path: str | Path, text: str, error: yaml.MarkedYAMLError) -> NoReturn:
    """Raise InputError that says where YAML cannot be read, and what is meant if a usual slip explains it."""
    lines = text.split("\n")
    mark, opened, context = error.problem_mark or error.context_mark, error.context_mark, error.context or ""
    problem = " ".join((error.problem or context).split())
    in_brackets, in_quotes = context.startswith("while parsing a flow"), context.startswith("while scanning a quoted")
    if "'\\t'" in problem:
        raise fault_at(path, mark, "found a tab; indent with blanks, as many as the lines beside")
    # a scalar may begin above the line where YAML notices
    first = min(opened.line if opened else mark.line, mark.line)
    while first and not lines[first - 1].strip():
        first -= 1
    if not (in_brackets or in_quotes):
        first = max(first - 1, 0)
    near = range(first, min(mark.line, len(lines) - 1) + 1)
    for number in near:
        if found := _misplaced(lines[number], in_brackets):
            raise InputError(f"{path}, line {number + 1}, column {found.start(1) + 1}: {meant_mark(found[1])}.")
    if in_brackets or in_quotes:
        # a bracket with nothing behind it is told at the file's end
        char, last = lines[opened.line][opened.column :][:1], mark.line >= len(lines) - 1
        until = "the end of the file" if last else f"line {mark.line + 1}, column {mark.column + 1}"
        which = f"the bracket {char} is opened here" if char else "a bracket is opened above"
        bracket = f"{which} and not closed, or a comma or colon is missing, before {until}"
        quote = f"the quotation mark {char} is opened here and never closed"
        raise fault_at(path, opened, bracket if in_brackets else quote)
    for number in near:
        if tight := re.match(rf"\s*(?:- +)*({_KEY})\s*:(?=[^\s:/\\])", lines[number]):
            raise InputError(
                f"{path}, line {number + 1}, column {tight.end()}: no blank after the colon of `{tight[1]}`; write "
                f"`{tight[1]}: `."
            )
    said = next((meaning for start, meaning in YAML_SAYS.items() if problem.startswith(start)), problem)
    if problem == "could not find expected ':'" and opened:
        mark = opened
    shown = lines[mark.line].strip()[:60] if mark.line < len(lines) else ""
    raise fault_at(path, mark, f"{said}{f'; found `{shown}`' if shown else ''}")


def _misplaced(line: str, in_list: bool) -> re.Match | None:
    """The first mark of a Chinese keyboard in a line that stands where YAML has its own; quoted text is left out."""
    # quoted text is blanked, not cut, so that columns stay; a quotation mark inside a word opens nothing
    plain = re.sub(r"(?<![\w“])(\"[^\"]*\"|'[^']*')", lambda quoted: "_" * len(quoted[0]), line)
    plain = re.sub(r"(^|\s)#.*", lambda comment: " " * len(comment[0]), plain)
    patterns = [*MISPLACED, IN_LISTS] if in_list else MISPLACED
    if OF_SENTENCE.match(plain):
        patterns = MISPLACED[:1]
    found = [match for pattern in patterns if (match := pattern.search(plain))]
    return min(found, key=lambda match: match.start(1), default=None)


def meant_mark(char: str) -> str:
    """What a mark of a Chinese keyboard is, and what to write."""
    shown = char if char.isprintable() and not char.isspace() else f"U+{ord(char):04X}"
    return f"found the {NAMES[char]} `{shown}`, which YAML takes for text; write `{MEANT[char]}`"


def full_width_hint(text: str) -> str:
    """What to write for the first mark of a Chinese keyboard in a text that should be a number or list; else empty."""
    return next((meant_mark(char) for char in text if char in MEANT), "")


def fault_at(path: str | Path, mark: yaml.Mark, what: str) -> InputError:
    """The refusal of what stands at a place of the file."""
    return InputError(f"{path}, line {mark.line + 1}, column {mark.column + 1}: {what}.")
