"""Front matter: split from the body, kept as written, refused with a reason."""

from __future__ import annotations

import pytest
import yaml

from recommender.corpus.front_matter import yaml_values
from recommender.corpus.front_matter.document import FrontMatter, read_front_matter
from recommender.corpus.front_matter.values import Block, Items, Scalar
from recommender.errors import FrontMatterError


def _read(text: str) -> FrontMatter:
    return read_front_matter(text.encode(), "a.md")


def _read_yaml(text: str) -> Block:
    return _read(f"---\n{text}\n---\n").data


def _refusal(text: str | bytes) -> FrontMatterError:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(FrontMatterError) as caught:
        read_front_matter(data, "a.md")
    return caught.value


def _kinds(values: Items) -> list[str | None]:
    return [value.kind if isinstance(value, Scalar) else None for value in values]


@pytest.mark.parametrize(
    ("text", "expected_format"),
    [
        ("---\ntitle: Sora\n---\nBody\n", "yaml"),
        ("---yaml\ntitle: Sora\n---\nBody\n", "yaml"),
        ("---  \ntitle: Sora\n...\nBody\n", "yaml"),
        ('+++\ntitle = "Sora"\n+++\nBody\n', "toml"),
        ('---toml\ntitle = "Sora"\n---\nBody\n', "toml"),
        ('---json\n{"title": "Sora"}\n---\nBody\n', "json"),
        ('{\n  "title": "Sora"\n}\nBody\n', "json"),
    ],
)
def test_every_fence_opens_its_format(text: str, expected_format: str) -> None:
    """Each kind of fence tells the format, and what follows the closing one is the body."""
    front_matter = _read(text)

    assert front_matter == FrontMatter(Block({"title": "Sora"}), "Body\n", expected_format)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    "lines",
    [["---", "a: A", "title: Sora", "---"], ["+++", "a = 'A'", "title = 'Sora'", "+++"]],
)
def test_marks_and_line_ends_are_taken_as_they_come(
    lines: list[str], mark: str, line_end: str
) -> None:
    """A byte-order mark and any line end are read in silence; the body stays as written."""
    front_matter = _read(mark + line_end.join([*lines, "One", "Two", ""]))

    assert front_matter.data == {"a": "A", "title": "Sora"}
    assert front_matter.data.lines == {"a": 2, "title": 3}
    assert front_matter.body == f"One{line_end}Two{line_end}"


def test_a_file_without_body_has_an_empty_one() -> None:
    """The closing fence may be the last thing in the file."""
    assert _read("---\ntitle: Sora\n---").body == ""


def test_only_a_line_of_its_own_closes() -> None:
    """Dashes within a value, or with text behind them, are no fence."""
    front_matter = _read('---\ntitle: "a --- b"\nnote: |\n  --- x\n---\nBody')

    assert front_matter.data == {"title": "a --- b", "note": "--- x\n"}
    assert front_matter.body == "Body"


def test_scalars_keep_the_text_that_was_written() -> None:
    """What YAML would turn into numbers, dates and booleans stays text, with its kind beside it."""
    texts = ["no", "Yes", "0123", "-1", "1.10", ".inf", "2024-03-06", "2024-03-06T01:45:00Z"]
    values = _read_yaml(f"values: [{', '.join(texts)}]")["values"]

    assert isinstance(values, Items)
    assert values == texts
    assert _kinds(values) == ["bool", "bool", "int", "int", "float", "float", *["timestamp"] * 2]


def test_quoted_and_plain_text_is_text() -> None:
    """Quotes, blocks of text and words that mean nothing to YAML are plain strings."""
    values = _read_yaml("values: ['no', \"1\", words, <<, =]\nlong: |\n  12\n")

    assert values == {"values": ["no", "1", "words", "<<", "="], "long": "12\n"}
    assert _kinds(values["values"]) == [None] * 5
    assert type(values["long"]) is str


def test_nothing_is_none() -> None:
    """The ways to write null all mean that there is nothing."""
    assert _read_yaml("a:\nb: ~\nc: null\nd: !!null x") == dict.fromkeys("abcd")


def test_standard_tags_decide_the_kind() -> None:
    """A standard tag overrules what the text looks like."""
    values = _read_yaml("values: [!!str 12, !!int '12', !!float 1]")["values"]

    assert values == ["12", "12", "1"]
    assert _kinds(values) == [None, "int", "float"]


def test_keys_are_their_written_text() -> None:
    """Numbers, dates and booleans as keys are texts."""
    data = _read_yaml("2024: a\nno: b\n1.10: c\n2024-03-06: d")

    assert list(data) == ["2024", "no", "1.10", "2024-03-06"]


def test_lines_are_the_files() -> None:
    """Keys and items know the line of the file on which they stand."""
    data = _read_yaml("# note\ntitle: Sora\nrelated:\n  - title: A\n    url: x\n  - b\nlast: 1")
    related = data["related"]

    assert data.lines == {"title": 3, "related": 4, "last": 8}
    assert isinstance(related, Items)
    assert related.lines == [5, 7]
    assert isinstance(related[0], Block)
    assert related[0].lines == {"title": 5, "url": 6}


def test_the_last_of_repeated_keys_counts_and_is_recorded() -> None:
    """A key given twice holds its last value, and its last line is on record."""
    data = _read_yaml("title: A\ntitle: B\ntitle: C")

    assert data == {"title": "C"}
    assert data.repeated == {"title": 4}


def test_aliases_and_merge_keys_are_followed() -> None:
    """An alias stands for its anchor; merged keys give way to those written in the mapping."""
    data = _read_yaml(
        "base: &base {name: A, domain: a.example}\n"
        "other: &other {name: O, extra: 1}\n"
        "one: *base\n"
        "two:\n  <<: [*base, *other]\n  domain: b.example\n"
        "&key k: v\n*key : again\n'<<': plain"
    )

    assert data["one"] == {"name": "A", "domain": "a.example"}
    assert data["two"] == {"name": "A", "domain": "b.example", "extra": "1"}
    assert data["two"].repeated == {}
    assert data["two"].lines == {"domain": 7, "name": 2, "extra": 3}
    assert (data["k"], data["<<"]) == ("again", "plain")


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: A\nsecured: hush\nrelated: [{title: B, secured: [hush]}]\n---\n",
        '+++\ntitle = "A"\nsecured = "hush"\n[[related]]\ntitle = "B"\nsecured = ["hush"]\n+++\n',
        '{"title": "A", "secured": 1, "secured": [], "related": [{"title": "B", "secured": []}]}',
    ],
)
def test_secured_is_never_read(text: str) -> None:
    """The key `secured` is gone at every depth, whatever the format."""
    data = _read(text).data

    assert data == {"title": "A", "related": [{"title": "B"}]}
    assert data.repeated == {}


@pytest.mark.parametrize(
    "text",
    [
        "secured: &s hush\ntitle: *s",
        "secured: &s [hush]\ntitle: *s",
        "secured: [{a: &s hush}]\ntitle: *s",
    ],
)
def test_no_alias_leads_to_secured(text: str) -> None:
    """An anchor within `secured` does not exist for the rest of the file."""
    error = _refusal(f"---\n{text}\n---\n")

    assert (error.line, error.found) == (3, "an alias that names no anchor")


def test_toml_keeps_what_was_written() -> None:
    """TOML's own types become texts with a kind, dates in ISO form; top-level lines are known."""
    data = _read(
        '+++\ntitle = "A"\ncount = 7\nratio = 1.10\ndraft = false\nday = 2024-03-06\n'
        "moment = 2024-03-06T01:45:00Z\n[provider]\nname = 'P'\n+++\n"
    ).data

    assert data == {
        "title": "A",
        "count": "7",
        "ratio": "1.10",
        "draft": "false",
        "day": "2024-03-06",
        "moment": "2024-03-06T01:45:00+00:00",
        "provider": {"name": "P"},
    }
    assert _kinds(Items(data.values())) == [
        *(None, "int", "float", "bool", "timestamp", "timestamp", None)
    ]
    assert data.lines == {key: line for line, key in enumerate(data, start=2) if key in data}


def test_json_keeps_what_was_written() -> None:
    """JSON's numbers and booleans become texts with a kind; a repeated key is recorded."""
    data = _read('{"title": "A", "n": 1.10, "n": 7, "yes": true, "none": null, "list": [1e3]}').data

    assert data == {"title": "A", "n": "7", "yes": "true", "none": None, "list": ["1e3"]}
    assert _kinds(Items(data.values())) == [None, "int", "bool", None, None]
    assert data.repeated == {"n": None}
    assert data.lines == {}


@pytest.mark.parametrize(
    ("data", "expected_line", "expected_found"),
    [
        ("", None, "an empty file"),
        ("\ufeff \n\n", None, "an empty file"),
        ("# Heading\n", 1, "no front matter"),
        ("{% include x %}\n", 1, "no front matter"),
        ("\n---\ntitle: A\n---\n", 1, "an empty line or spaces before the opening fence"),
        ("--- # c\ntitle: A\n---\n", 1, "an opening fence with something behind it"),
        ("---js\n{}\n---\n", 1, "an opening fence with something behind it"),
        ("---\ntitle: A\n", 1, "a fence “---” that is never closed"),
        ("---", 1, "a fence “---” that is never closed"),
        ("+++\ntitle = 1\n---\n", 1, "a fence “+++” that is never closed"),
        ("---\n---\n", 1, "empty front matter"),
        ("---\n# only a comment\n---\n", 1, "empty front matter"),
        ("+++\n+++\n", 1, "empty front matter"),
        ("---json\n---\n", 1, "empty front matter"),
        ("{}\n", 1, "empty front matter"),
        ("---\n- a\n- b\n---\n", 2, "a list as front matter"),
        ("---\njust words\n---\n", 2, "a single text as front matter"),
        ("---json\n[1]\n---\n", 2, "a list as front matter"),
        (b"---\ntitle: A\nb: \xe9t\xe9\n---\n", 3, "a byte (0xE9) that is not UTF-8"),
        ("---\ntitle: A\n---\nbody\n\0", 5, "a NUL byte"),
        ("---\ntitle: A\nb: \x07\n---\n", 3, "the control character U+0007"),
        ("---\r\ntitle: A\r\nb: \x85\x90\r\n---\r\n", 3, "the control character U+0090"),
    ],
)
def test_broken_files_are_refused_with_their_line(
    data: str | bytes, expected_line: int | None, expected_found: str
) -> None:
    """Each way to be no article file has its line and its own words."""
    error = _refusal(data)

    assert (error.path, error.line, error.found) == ("a.md", expected_line, expected_found)


def test_other_faults_are_told_in_the_parsers_words() -> None:
    """What has no explanation of ours still has its line."""
    error = _refusal("---\ntitle: - A\n---\n")

    assert error.line == 2
    assert error.found == ("broken YAML (block sequence entries are not allowed in this context)")


@pytest.mark.parametrize("loader", [yaml_values._Loader, yaml.SafeLoader])
@pytest.mark.parametrize(
    ("text", "expected_line", "expected_found", "expected_expected"),
    [
        (
            "title: Sora: a model",
            2,
            "a “: ” where none can stand",
            "one “key: value” a line, and a value with “: ” in quotes",
        ),
        ("title: A\nprovider:\n\tname: B", 4, "a tab", "spaces instead of the tab"),
        ("title: A\n\tb: C", 3, "a tab", "spaces instead of the tab"),
        ("title: A\nexcerpt B", 3, "a line without “: ”", "“key: value”"),
        ("title: @A", 2, "a value that begins with a special character", "quotes around it"),
        ('title: A\nb: "open', 3, "a quotation mark that is never closed", "its partner"),
        (
            'title: "a\\q"',
            2,
            "a “\\” that begins no known escape",
            "“\\\\”, or single quotation marks",
        ),
        (
            "title: A\ntopics: [a, b\nc: d",
            3,
            "a bracket that is never closed, or a missing comma",
            "“[a, b]” or “{a: b}”",
        ),
        (
            'title: "A" B',
            2,
            "text after a closing quotation mark or bracket, or a line that begins in "
            "another column",
            "whole values in quotes, and keys that begin in the same column",
        ),
        (
            "  title: A\nb: C",
            3,
            "a line that begins further left than the first",
            "keys that begin in the same column",
        ),
        ("title: A\n--- b", 3, "a second YAML document", "a single one"),
        ("%TAG !a! b\ntitle: A", 2, "a YAML directive", "“key: value” lines only"),
        (
            "title: !!python/object/apply:os.system [x]",
            2,
            "the tag “!!python/object/apply:os.system”",
            "plain values, which need no tag",
        ),
        ("title: !!binary aGk=", 2, "the tag “!!binary”", "plain values, which need no tag"),
        ("title: !!map x", 2, "the tag “!!map”", "plain values, which need no tag"),
        ("!own title: x", 2, "the tag “!own”", "plain values, which need no tag"),
        ("a: 1\ntitle: *b", 3, "an alias that names no anchor", "an anchor “&…” above it"),
        (
            "title: &a [*a]",
            2,
            "an alias to the very list or mapping it stands in",
            "no such loop",
        ),
        ("[a]: b", 2, "a key that is itself a mapping or a list", "a text as key"),
        ("a: &a [b]\n*a : c", 3, "a key that is not a text", "a text as key"),
        (
            "a: A\n<<: b",
            3,
            "“<<” with something to merge that is no mapping",
            "an alias to a mapping, or a list of such aliases",
        ),
    ],
)
def test_broken_yaml_is_explained(
    text: str,
    expected_line: int,
    expected_found: str,
    expected_expected: str,
    loader: type[yaml.SafeLoader],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With and without the C parser, an editor learns what to change and where."""
    monkeypatch.setattr(yaml_values, "_Loader", loader)
    error = _refusal(f"---\n{text}\n---\n")

    assert (error.line, error.found, error.expected) == (
        expected_line,
        expected_found,
        expected_expected,
    )


def test_the_parser_in_python_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML comes without libyaml, front matter means the same."""
    text = "a: [1.10, no, 'x', ~]\nb: &b {c: d}\ne: *b\na: 2024-03-06"
    expected = _read_yaml(text)
    monkeypatch.setattr(yaml_values, "_Loader", yaml.SafeLoader)
    data = _read_yaml(text)

    assert data == expected
    assert data.lines == expected.lines
    assert data.repeated == {"a": 5}


@pytest.mark.parametrize(
    ("text", "expected_line", "expected_found"),
    [
        ('+++\ntitle = "A"\nb = \n+++\n', 3, "broken TOML (Invalid value)"),
        ('+++\ntitle = "A"\ntitle = "B"\n+++\n', 3, "broken TOML (Cannot overwrite a value)"),
        ('---json\n{"title": "A",\n"b" 1}\n---\n', 3, "broken JSON (Expecting ':' delimiter)"),
        ('---json\n{"title": "A"}\nmore\n---\n', 2, "text behind the JSON value"),
        ('{\n"title": }', 2, "broken JSON (Expecting value)"),
    ],
)
def test_broken_toml_and_json_name_their_line(
    text: str, expected_line: int, expected_found: str
) -> None:
    """The line is the file's, not the line below the fence."""
    error = _refusal(text)

    assert (error.line, error.found) == (expected_line, expected_found)


TOO_DEEP = "more than 32 levels of nesting"
TOO_MANY = "more than 50,000 values, aliases counted"
MEGABYTE = 1_000_000


def _laughs(n_levels: int) -> str:
    """A document of a few hundred bytes that stands for 9 to the power of n_levels values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for i in range(1, n_levels):
        lines.append(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "expected_found"),
    [
        ("[" * MEGABYTE, TOO_DEEP),
        ("- " * (MEGABYTE // 2), TOO_DEEP),
        ("{a: " * (MEGABYTE // 4), TOO_DEEP),
        ("{" * MEGABYTE, "a key that is itself a mapping or a list"),
        ("? " * (MEGABYTE // 2), "a key that is itself a mapping or a list"),
        ("\n".join(" " * i + "a:" for i in range(1400)), TOO_DEEP),
        ("a0: &a0 [x]\n" + "\n".join(f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 99)), TOO_DEEP),
        (_laughs(30), TOO_MANY),
        ("a: [" + "a," * (MEGABYTE // 2) + "]", TOO_MANY),
        ("".join(f"a{i}:\n" for i in range(100_000)), TOO_MANY),
        ("a: [" + "".join(f"&a{i} x," for i in range(80_000)) + "]", TOO_MANY),
        (
            "a: &a {"
            + ",".join(f"k{i}: 1" for i in range(1000))
            + "}\nb:\n"
            + " - <<: *a\n" * 1000,
            TOO_MANY,
        ),
        (
            "a: &a " + "x" * 500_000 + "\nb: [*a, *a, *a]",
            "more than 1,048,576 characters, aliases counted",
        ),
        ("title: " + "x" * 1_048_576, "front matter of 1,048,585 characters"),
        ("".join(f"%TAG !a{i}! x\n" for i in range(50_000)), "a YAML directive"),
    ],
    ids=lambda value: value[:12],
)
def test_yaml_bombs_are_refused(text: str, expected_found: str) -> None:
    """Nesting, aliases, anchors and sheer size are counted while reading, not afterwards."""
    assert _refusal(f"---\n{text}\n---\n").found == expected_found


@pytest.mark.parametrize(
    ("text", "expected_found"),
    [
        ('{"a":' + "[" * MEGABYTE, TOO_DEEP),
        ('{"a":' * (MEGABYTE // 5), TOO_DEEP),
        ('{"a":' + "[" * 40 + "]" * 40 + "}", TOO_DEEP),
        ('{"a":[' + "1," * 60_000 + "1]}", "more than 50,000 values"),
        ('{"a":"' + "x" * 2_000_000 + '"}', "front matter of 2,000,008 characters"),
        ("+++\na=" + "[" * MEGABYTE + "\n+++\n", TOO_DEEP),
        ("+++\na=" + "{a=" * (MEGABYTE // 3) + "\n+++\n", TOO_DEEP),
        ("+++\n" + ".".join("a" * 500_000) + "=1\n+++\n", TOO_DEEP),
        ("+++\n[" + " . ".join(['"a \\" b"'] * 90_000) + "]\n+++\n", TOO_DEEP),
        ("+++\n" + ".".join(["'a b'"] * 90_000) + "=1\n+++\n", TOO_DEEP),
        ("+++\na=[" + "1," * 60_000 + "]\n+++\n", "more than 50,000 values"),
    ],
    ids=lambda value: value[:12],
)
def test_toml_and_json_bombs_are_refused(text: str, expected_found: str) -> None:
    """The other formats have the same limits, and no recursion error escapes."""
    assert _refusal(text).found == expected_found


@pytest.mark.parametrize("number", ["9" * 5000, "0x" + "f" * 5000])
def test_a_toml_number_of_thousands_of_digits_is_refused(number: str) -> None:
    """Python's limit on long integers is reported as a fault of the file."""
    assert _refusal(f"+++\ntitle = {number}\n+++\n").found.startswith("broken TOML (Exceeds")


@pytest.mark.parametrize(
    "text",
    [
        "title: " + "1" * MEGABYTE,
        "title: 1" + ":1" * (MEGABYTE // 2),
        "title: '" + "''" * (MEGABYTE // 2) + "'",
        "title: x" + " \n " * (MEGABYTE // 3) + "y",
        "#\n" * (MEGABYTE // 2) + "title: x",
        "title: x\n" * 20_000,
    ],
    ids=lambda value: value[:12],
)
def test_long_is_not_refused(text: str) -> None:
    """A megabyte that is merely long is read."""
    assert list(_read_yaml(text)) == ["title"]
