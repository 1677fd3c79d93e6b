"""Article files of every shape that front matter takes, made up; a seed makes one file."""

from __future__ import annotations

import json

import numpy as np

KINDS = ("yaml", "toml", "json", "raw json")
NEWLINES = ("\n", "\r\n", "\r")
WORDS = (
    "ship",
    "sea: deep",
    "it's",
    'a "quote"',
    "#not",
    "ünïcode 中文 🚢",
    "- dash",
    "yes",
    "1.10",
    "",
)
SECRET = "4HkqT09TZN5q4ZrW20ru==;KplOlzP2DFqccF7Az3t4EA=="  # noqa: S105 - made up


class Shapes:
    """Draws one file after the other.

    Args:
        seed: The same seed draws the same files.
    """

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def file(self) -> bytes:
        """The bytes of an article file; some with a list, some without."""
        kind = self._one(KINDS)
        newline = "\n" if kind == "toml" and self._chance(0.5) else self._one(NEWLINES[:2])
        if kind == "yaml" and self._chance(0.1):
            newline = "\r"
        text = {"yaml": self._yaml, "toml": self._toml, "json": self._fenced, "raw json": self._raw}
        whole = text[kind]() + self._one(
            ("", "body\n", "# body\n\n---\nrelated: no\n---\n", "body")
        )
        bom = "\ufeff" if self._chance(0.2) else ""
        return (bom + whole.replace("\n", newline)).encode()

    def _one(self, options: tuple[str, ...]) -> str:
        return options[int(self._rng.integers(len(options)))]

    def _chance(self, share: float) -> bool:
        return bool(self._rng.random() < share)

    def _word(self) -> str:
        return self._one(WORDS)

    # YAML

    def _yaml(self) -> str:
        if self._chance(0.08):
            related = f", related: {self._yaml_flow()}" if self._chance(0.5) else ""
            return f"---\n{{title: t, secured: '{SECRET}'{related}}}\n---\n"
        parts = ["title: t # c\n", *(self._yaml_part(i) for i in range(self._rng.integers(0, 5)))]
        if self._chance(0.75):
            parts.append(self._yaml_list())
        self._rng.shuffle(parts)
        indent = "  " if self._chance(0.1) else ""
        lines = "".join(parts).splitlines(keepends=True)
        inner = "".join(indent + line if line.strip() else line for line in lines)
        return f"---\n{inner}{self._one(('---', '...', '--- '))}\n"

    def _yaml_part(self, i: int) -> str:
        quoted = json.dumps(self._word(), ensure_ascii=False)
        return self._one(
            (
                f"k{i}: {quoted}\n",
                f"k{i}: 'single ''quoted'''   # said\n",
                f"k{i}:\n  - a\n  - b: {quoted}\n    c: [1, {{d: e}}]\n",
                f"k{i}: |\n  text\n   more # no comment\n\n",
                f"k{i}: |+\n  kept\n\n\n",
                f"k{i}: >-\n  folded\n  text\n",
                f"# a comment alone\nk{i}: &anchor{i} {quoted}\nz{i}: *anchor{i}\n\n",
                f"k{i}: plain text\n  on two lines\n",
                f"k{i}:\n",
                f'secured: "{SECRET}"\n' if i == 0 else f"k{i}: 2024-01-01\n",
                f'"k {i}": {{flow: [x, "y: z"], other: ~}}\n',
            )
        )

    def _yaml_list(self) -> str:
        dash = self._one(("", "  ", "    "))
        comment = self._one(("", "", " # ours"))
        if self._chance(0.15):
            return self._one(("related:\n", "related: []\n", "related: ~\n", "related: # none\n"))
        if self._chance(0.25):
            return f"related:{'' if self._chance(0.8) else ' &list'} {self._yaml_flow()}{comment}\n"
        is_bare = self._chance(0.3)
        items = [self._yaml_item(dash, is_bare) for _ in range(self._rng.integers(1, 4))]
        between = self._one(("", "\n", f"{dash}# between\n"))
        return f"related:{comment}\n{between.join(items)}{self._one(('', '', chr(10)))}"

    def _yaml_item(self, dash: str, is_bare: bool) -> str:
        if is_bare:
            return f"{dash}- {self._one(('posts/a', 'b', '/c/', '2024-01-01-d'))}\n"
        title = json.dumps(self._word() or "t", ensure_ascii=False)
        return self._one(
            (
                f"{dash}- title: {title}\n{dash}  webUrl: /x  # seen\n",
                f"{dash}-\n{dash}  title: {title}\n{dash}  nested:\n{dash}    - 1\n{dash}    - 2\n",
                f"{dash}-   title: {title}\n{dash}    excerpt: |+\n{dash}      text\n\n",
                f"{dash}- {{title: {title}, webUrl: /y}}\n",
                f"{dash}- title: >\n{dash}    folded\n{dash}    title\n",
            )
        )

    def _yaml_flow(self) -> str:
        return self._one(
            (
                "[a, b]",
                "[{title: q, webUrl: /q}, {title: r},]",
                "[\n    {title: q}, # first\n    {title: 'r, s'}\n  ]",
                '["posts/a"]',
                "[ ]",
            )
        )

    # TOML

    def _toml(self) -> str:
        pairs = [
            "title = 't' # c\n",
            *(self._toml_pair(i) for i in range(self._rng.integers(0, 4))),
        ]
        tables = [self._toml_table(i) for i in range(self._rng.integers(0, 3))]
        match int(self._rng.integers(4)):
            case 0:
                pairs.append(self._toml_inline())
            case 1:
                tables.append(self._toml_blocks())
        self._rng.shuffle(pairs)
        self._rng.shuffle(tables)
        return f"+++\n{''.join(pairs)}{''.join(tables)}+++\n"

    def _toml_pair(self, i: int) -> str:
        quoted = json.dumps(self._word(), ensure_ascii=False)
        return self._one(
            (
                f"k{i} = {quoted}\n",
                f'k{i} = """\na [ "quote" ] # no\n"""\n',
                f"k{i} = '''\nlit'eral # no ['''  # yes\n",
                f"k{i} = 2024-01-01T10:00:00Z\n",
                f"k{i} = 2024-01-01 10:00:00\n\n# alone [x]\n",
                f"k{i} = [1, [2, 3],\n  4, # four\n]\n",
                f'"k {i}".b = {{ c = "}}", d = [1] }}\n',
                f'secured = "{SECRET}"\n' if i == 0 else f"k{i} = 1.10\n",
            )
        )

    def _toml_table(self, i: int) -> str:
        return self._one((f"[t{i}]\na = 1\n\n", f"[[u{i}]]\nb = ']'\n[u{i}.c]\nd = 2 # d\n"))

    def _toml_inline(self) -> str:
        return self._one(
            (
                'related = ["a", "b"]\n',
                "related = [ { title = 'q' }, { title = \"r\", webUrl = '/r' }, ] # mine\n",
                'related = [\n  { title = "q" },\n  { title = "r" }, # last\n]\n',
                "related = []\n",
            )
        )

    def _toml_blocks(self) -> str:
        return self._one(
            (
                "[[related]]\ntitle = 'q' # c\n\n[[related]]\ntitle = 'r'\n\n",
                "[[related]]\ntitle = 'q'\n[related.provider]\nname = 'n'\n\n# what follows\n",
            )
        )

    # JSON

    def _fenced(self) -> str:
        return f"---json\n{self._json()}\n---\n"

    def _raw(self) -> str:
        return f"{self._json()}\n"

    def _json(self) -> str:
        pairs: list[tuple[str, object]] = [("title", "t"), ("secured", SECRET)]
        pairs += [
            (f"k{i}", [1, {"a": self._word()}, None]) for i in range(self._rng.integers(0, 3))
        ]
        if self._chance(0.6):
            lists: tuple[list[object], ...] = (
                ["posts/a", "b"],
                [{"title": 'q ] } "', "webUrl": "/q"}, {"title": "r"}],
                [],
            )
            pairs.append(("related", lists[int(self._rng.integers(3))]))
        self._rng.shuffle(pairs)
        indent = (None, 2, "\t")[int(self._rng.integers(3))]
        return json.dumps(dict(pairs), indent=indent, ensure_ascii=self._chance(0.5))
