"""Texts that nobody should trust, and what must never reach a reader of ours."""

from __future__ import annotations

import json
import re

TEXTS = {
    "colour": "\x1b[31mred\x1b[0m",
    "window title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;https://evil.example\x1b\\here\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;cm0gLXJm\x07",
    "device control": "\x1bP+q544e\x1b\\ \x1bc \x1b[6n",
    "C1": "\x9b31m \x9d52;c;aGk=\x9c \x90q\x9c",
    "bell, backspace, delete": "ring\x07 back\x08\x08\x08\x7f",
    "carriage return": "safe\rOVERWRITTEN\x0b\x0c",
    "line ends": "one\ntwo\u2028three\u2029four\x85five",
    "overrides": "\u202egnp.exe\u202c \u202a\u202b\u202d",
    "isolates": "\u2066left\u2067right\u2068first\u2069",
    "marks": "a\u200eb\u200fc\u061cd",
    "zero width": "zero\u200bwidth\u2060joined\ufeffmark",
    "long": "Long title " * 909 + "x",
    "one word": "w" * 10_000,
    "emoji": "Family 👨‍👩‍👧‍👦 flag 🇬🇧 skin 👍🏽 heart ❤️",
    "accents": "z" + "\u0335\u0321\u0322" * 100 + "algo",
    "surrogates": "half \ud83d and \udc00 half",
    "noncharacter": "none\ufffe\uffff\U0001ffff",
    "null": "a\x00b",
    "script": "</script><script>alert(1)</script><!--",
    "image": '"><img src=x onerror=alert(1)>',
    "entity": "&lt;script&gt;alert(1)&lt;/script&gt; &#27;[31m &#x9b;",
    "svg": "]]></title><svg onload=alert(1)>",
    "markdown": "| a | [x](javascript:alert(1)) ![i](//evil.example/i) `c` \\",
    "template": "{{ 7 * 7 }} {% raw %} ${7*7} <%= 7 %>",
    "rich markup": "[red]not red[/red] [link=https://evil.example]x[/link] :smile:",
    "formula": "=cmd|'/c calc'!A0",
    "percent": "%s %d {0} {title!r} %n",
    "json": '"}],"x":[{"y":"\\u0000\\ud800',
    "arabic": "مقال عن الأخبار שלום",
}
"""By name. What is left of each on one line must be readable text."""

STEERING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
"""Characters that move a cursor, turn the direction of reading, cannot be seen or be written; not
the line feed, which ends our own lines, nor the joiners, without which many scripts are unreadable.
"""


def written_as(text: str, form: str) -> str:
    """An article file whose title, and all else that a stranger may fill in, is a hostile text."""
    quoted = json.dumps(text)  # any character as an escape that both YAML and JSON know
    fields = {
        "title": f'"Wheat {quoted[1:]}',
        "excerpt": f'"Farmers {quoted[1:]}',
        "topics": f'[{quoted}, "wheat"]',
        "provider": f'{{"name": {quoted}, "domain": {quoted}}}',
        "type": quoted,
        "webUrl": f'"https://site.example/{quoted[1:]}',
        "related": f'[{quoted}, "sora", {{"title": {quoted}, "excerpt": {quoted}}}]',
    }
    if form == "json":
        inner = ", ".join(f'"{name}": {value}' for name, value in fields.items())
        return f"---json\n{{{inner}}}\n---\n{text}\n"
    return "---\n" + "".join(f"{k}: {v}\n" for k, v in fields.items()) + "---\nBody.\n"
