"""A study's config.yaml as people's editors save it: values, where each stands, one message for what is wrong."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import yaml

from study.files.encodings import decode
from study.helpers import InputError
from study.plan.schema import dotted
from study.plan.yaml_faults import IN_LISTS, SENTENCES, fault_at, full_width_hint, meant_mark, refuse_yaml

CONFIG = "config.yaml"  # a study's file in its folder
MARK = "config_mark"  # key of --config by which jobs know the config of their run
DEEPEST = 40  # levels; the schema has six
LARGEST_CONFIG = 2**19  # of a config file; the default study's has 2**14
MOST_VALUES = 100_000  # of a config with its aliases written out
IN_KEYS = re.compile("[：，［］｛｝【】“”‘’\u3000\xa0]")
WRAPPED = re.compile(r"[［｛].*[］｝]|[“”＂].*[“”＂]|[‘’＇].*[‘’＇]", re.DOTALL)
MERGED = "tag:yaml.org,2002:merge"
STANDARD_TAGS = set(filter(None, yaml.SafeLoader.yaml_constructors))


class Config(NamedTuple):
    """A config as read: its values; line and column (from 1) of each key and item, by path of keys and item numbers."""

    values: dict
    places: dict[tuple, tuple[int, int]]


def same_config(values: dict, given: dict, settings, main: bool) -> None:
    """Let the jobs of a run that read the config again, on a cluster, know what it was when the run began.

    values : the config as read. given : --config, which a job has the mark of its run in. Raises InputError where a job
    finds another: the file was edited, or half saved, since. settings : Snakemake's, whose `config_args` the jobs get;
    main : whether this is the run itself.
    """
    mark = f"sha256-{hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()}"
    if given.get(MARK, mark) != mark:
        raise InputError(f"{CONFIG} was edited since this run began; its jobs would mix two studies. Start it again.")
    if main:
        settings.config_args = [*(settings.config_args or []), f"{MARK}={mark}"]


def study_config(given: Mapping, settings) -> Config:
    """The study's config.yaml in the working directory with `given` (--configfile, --config) laid over it, key by key.

    settings : Snakemake's, with `configfiles` (without one, config.yaml has to be there), `config_args` (the entries of
    --config as written) and `replace_workflow_config` (`given` takes the file's place). The places are those of values
    that stand in config.yaml as they are used.
    """
    from snakemake.utils import update_config

    path = Path(CONFIG)
    if not path.is_file() and not settings.configfiles:
        raise InputError(
            f"there is no {CONFIG} in {Path.cwd()}. --directory names the folder of a study, which holds its "
            f"{CONFIG}; a config elsewhere is named by --configfile."
        )
    replaced = settings.replace_workflow_config and given
    own = Config({}, {}) if not path.is_file() or replaced else read_config(path)
    values = _unshared(own.values)
    update_config(values, _typed(given, settings.config_args or []))
    values.pop(MARK, None)
    places = {at: where for at, where in own.places.items() if _stands(_value(values, at), _value(own.values, at))}
    return Config(values, places)


def plain_config() -> list[str]:
    """The study's file if Snakemake, whose report shows it, can read it: text in UTF-8."""
    try:
        Path(CONFIG).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    return [CONFIG]


def _stands(used: object, read: object) -> bool:
    """Whether a value is the file's: the same, or a mapping still, of which other keys may be laid over."""
    return used == read or (isinstance(used, dict) and isinstance(read, dict))


def _typed(given: Mapping, entries: Collection[str]) -> dict:
    """`given` with numbers and truth values inside the mappings and lists of --config, which Snakemake leaves text."""
    typed = dict(given)
    for key, _, text in (entry.partition("=") for entry in entries):
        if isinstance(typed.get(key), (dict, list)):
            with suppress(yaml.YAMLError):
                typed[key] = _retyped(typed[key], yaml.safe_load(text))
    return typed


def _retyped(left: object, read: object) -> object:
    """A value that was left text as it is read; what is in `left` alone stays."""
    if isinstance(left, dict) and isinstance(read, dict):
        return {key: _retyped(value, read[key]) if key in read else value for key, value in left.items()}
    if isinstance(left, list) and isinstance(read, list) and len(left) == len(read):
        return [_retyped(*pair) for pair in zip(left, read, strict=True)]
    return read if isinstance(left, str) else left


def _unshared(value: object) -> object:
    """A copy in which what an alias repeats is written out, so that a change of one place leaves the other."""
    if isinstance(value, dict):
        return {key: _unshared(part) for key, part in value.items()}
    return [_unshared(part) for part in value] if isinstance(value, list) else value


def _value(values: object, path: tuple) -> object:
    """The value at a path of keys and item numbers; None where there is none."""
    for part in path:
        if isinstance(values, dict):
            values = values.get(part)
        else:
            values = values[part] if isinstance(values, list) and part < len(values) else None
    return values


class _Loader(yaml.SafeLoader):
    """YAML's safe loader, which stops at `DEEPEST` levels instead of at Python's limit of recursion."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: object) -> yaml.Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.MarkedYAMLError(
                problem=f"more than {DEEPEST} levels of brackets or indentation; a config has six",
                problem_mark=self.peek_event().start_mark,
            )
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> object:
        try:
            return super().construct_object(node, deep)
        except (ValueError, KeyError) as error:  # `!!int x`, or an integer of more digits than Python reads
            kind = node.tag.rpartition(":")[2]
            problem = f"`{str(node.value)[:40]}` is taken for a value of the kind {kind} and is none"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from error

    def scan_flow_scalar_non_spaces(self, double: bool, start_mark: yaml.Mark) -> list[str]:
        try:
            return super().scan_flow_scalar_non_spaces(double, start_mark)
        except (ValueError, OverflowError) as error:  # `"\UFFFFFFFF"`
            raise yaml.MarkedYAMLError(
                problem="an escaped number that no character has", problem_mark=self.get_mark()
            ) from error


def read_config(path: str | Path) -> Config:
    """Values of a YAML file and where they stand.

    Read are UTF-8, UTF-16 with its mark (`Unicode` of Windows' Notepad) and GBK (its `ANSI` in China); a tab between
    values counts as a blank. Raises InputError naming file, line and column, what is found and what is meant: for text
    that is no YAML, marks of a Chinese keyboard in the place of YAML's, a key that stands twice, and a key that is no
    text.
    """
    text = _text(path)
    if odd := yaml.SafeLoader.NON_PRINTABLE.search(text):
        before = text[: odd.start()]
        line, column = before.count("\n") + 1, odd.start() - before.rfind("\n")
        raise InputError(
            f"{path}, line {line}, column {column}: found the control character U+{ord(odd[0]):04X}, which no config "
            "holds; delete it."
        )
    while True:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            if root is None:
                raise InputError(f"{path}: the file holds no value; the workflow's docs/config.md says what one holds.")
            places = _Survey(path).of(root)
            return Config(loader.construct_document(root), places)
        except yaml.MarkedYAMLError as error:
            at = _tab_between_values(text, error, bool(loader.flow_level))
            if at is None:
                refuse_yaml(path, text, error)
            text = f"{text[:at]} {text[at + 1 :]}"
        finally:
            loader.dispose()


def _text(path: str | Path) -> str:
    """Text of a file, lines ended by \\n; InputError where no encoding fits."""
    try:
        size = Path(path).stat().st_size
        data = b"" if size > LARGEST_CONFIG else Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read ({error.strerror}).") from None
    if size > LARGEST_CONFIG:
        raise InputError(
            f"{path}: {size / 2**20:,.1f} MB, and a config has less than {LARGEST_CONFIG / 2**20:.1f}; is this "
            "the right file?"
        )
    try:
        text = _unmarked_utf16(data) or decode(path)
    except InputError:
        raise InputError(
            f"{path}: neither UTF-8 nor UTF-16 nor GBK text, or cut off inside a character; save it as text in UTF-8."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unmarked_utf16(data: bytes) -> str:
    """Text of UTF-16 without a byte order mark, told by the nil bytes of its English keys; else empty."""
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        nil, others = data[first::2].count(0), data[1 - first :: 2].count(0)
        if nil > len(data) / 8 and nil > 4 * others:  # 一 is 4E 00
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                return ""
    return ""


def _tab_between_values(text: str, error: yaml.MarkedYAMLError, in_brackets: bool) -> int | None:
    """Place of a tab at which YAML stopped though it only parts values; None for one that indents, or another fault."""
    if error.problem is None or "'\\t'" not in error.problem:
        return None
    at = error.problem_mark.index
    before, after = text[text.rfind("\n", 0, at) + 1 : at].strip(), text[at:].split("\n", 1)[0].strip()
    return at if in_brackets or before or not after or after.startswith("#") else None


class _Survey:
    """Where each key and item of a YAML document stands; InputError for keys and values that YAML takes otherwise than
    a reader."""

    def __init__(self, path: str | Path) -> None:
        self.path = path
        self.places: dict[tuple, tuple[int, int]] = {}
        self.open: list[yaml.Node] = []  # the nodes around the one looked at: an alias of one has no end

    def of(self, root: yaml.Node) -> dict[tuple, tuple[int, int]]:
        """Path -> line and column, of every key and item below `root`."""
        if not isinstance(root, yaml.MappingNode):
            hint = full_width_hint(root.value) if isinstance(root, yaml.ScalarNode) else ""
            raise fault_at(
                self.path, root.start_mark, hint or "a config is keys with values, `key: value`, not one value"
            )
        self._visit(root, ())
        return self.places

    def _visit(self, node: yaml.Node, path: tuple) -> None:
        if any(node is outer for outer in self.open):
            raise fault_at(self.path, node.start_mark, "an alias of the block that it stands in has no end")
        if len(self.places) > MOST_VALUES:
            raise fault_at(self.path, node.start_mark, f"more than {MOST_VALUES:,} values with aliases written out")
        if node.tag not in STANDARD_TAGS:
            raise fault_at(self.path, node.start_mark, f"the tag `{node.tag}`; a config takes plain values alone")
        visits: dict[type, Callable] = {yaml.MappingNode: self._mapping, yaml.SequenceNode: self._sequence}
        if type(node) in visits:
            self.open.append(node)
            visits[type(node)](node, path)
            self.open.pop()

    def _mapping(self, node: yaml.MappingNode, path: tuple) -> None:
        seen: dict[str, yaml.Mark] = {}
        own = [(key, value) for key, value in node.value if key.tag != MERGED]
        for _, value in (pair for pair in node.value if pair[0].tag == MERGED):  # first, for the block's own keys count
            for part in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                self._visit(part, path)
        for key, value in own:
            name = self._key(key)
            if name in seen:
                raise fault_at(
                    self.path,
                    key.start_mark,
                    f"the key `{dotted((*path, name))}` stands already in line {seen[name].line + 1}; YAML "
                    "keeps the last alone. Give one another name, or join the two",
                )
            seen[name] = key.start_mark
            self.places[(*path, name)] = (key.start_mark.line + 1, key.start_mark.column + 1)
            self._plain_value(value, sentence=name in SENTENCES)
            below = isinstance(value, yaml.ScalarNode) and value.start_mark.line > key.start_mark.line
            colon = re.match(r"[A-Za-z_]\w*(：)", value.value) if below and value.style is None else None
            if colon and name not in SENTENCES:
                line, column = value.start_mark.line + 1, value.start_mark.column + 1 + colon.start(1)
                raise InputError(f"{self.path}, line {line}, column {column}: {meant_mark('：')}.")
            self._visit(value, (*path, name))

    def _key(self, key: yaml.Node) -> str:
        """A key as text; InputError for one that is no text, or has a mark that should end it."""
        if not isinstance(key, yaml.ScalarNode):
            raise fault_at(self.path, key.start_mark, "a key is a name; found a list or mapping")
        plain = key.style is None
        if key.tag != "tag:yaml.org,2002:str":
            kind = {"bool": "a truth value", "null": "nothing", "timestamp": "a date"}.get(
                key.tag.rpartition(":")[2], "a number"
            )
            raise fault_at(
                self.path,
                key.start_mark,
                f"YAML takes the key `{key.value}` for {kind}; put it in quotes, '{key.value}'",
            )
        if plain and (found := IN_KEYS.search(key.value)):
            column = key.start_mark.column + 1 + found.start()
            raise InputError(f"{self.path}, line {key.start_mark.line + 1}, column {column}: {meant_mark(found[0])}.")
        return key.value

    def _sequence(self, node: yaml.SequenceNode, path: tuple) -> None:
        for number, item in enumerate(node.value):
            self.places[(*path, number)] = (item.start_mark.line + 1, item.start_mark.column + 1)
            if isinstance(item, yaml.ScalarNode) and item.style is None:
                found = IN_LISTS.search(item.value) if node.flow_style else None
                found = found or re.match(r"[A-Za-z_]\w*(：)", item.value)
                if found:
                    column = item.start_mark.column + 1 + found.start(1)
                    raise InputError(
                        f"{self.path}, line {item.start_mark.line + 1}, column {column}: {meant_mark(found[1])}, or "
                        "put the item in quotes if it belongs to a name."
                    )
            self._plain_value(item, sentence=False)
            self._visit(item, (*path, number))

    def _plain_value(self, node: yaml.Node, sentence: bool) -> None:
        """InputError for a plain text that YAML takes for something else than a reader: a date, minutes and seconds, an
        octal number; or that brackets or quotation marks of a Chinese keyboard are meant to hold."""
        if not isinstance(node, yaml.ScalarNode) or node.style is not None:
            return
        kind, text = node.tag.rpartition(":")[2], node.value
        if kind == "timestamp":
            raise fault_at(self.path, node.start_mark, f"YAML takes {text} for a date; put it in quotes, '{text}'")
        if kind in ("int", "float") and (":" in text or re.fullmatch(r"[-+]?0[0-9xb_][0-9a-fA-F_]*", text)):
            raise fault_at(
                self.path,
                node.start_mark,
                f"YAML takes {text} for another number, of base 8, 16 or 60; put it in quotes, or write it without the "
                "colon or leading zero",
            )
        if not sentence and (WRAPPED.fullmatch(text) or text[:1] in ("\u3000", "\xa0")):
            raise fault_at(self.path, node.start_mark, meant_mark(text[0]))
