# SPDX-License-Identifier: GPL-3.0-or-later
"""validate_report.py SOURCE_DIR REPORT_DIR: checks the reports that test_report left, with independent parsers.

Exit 77 without python3-jsonschema."""
import base64
import copy
import hashlib
import html.parser
import json
import re
import sys

try:
    import jsonschema
except ImportError:
    sys.exit(77)

source, reports = sys.argv[1:]
schema = json.load(open(f"{source}/docs/report.schema.json"))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)


def fail(text):
    sys.exit(f"validate_report: {text}")


for name in ("plain", "plain.timed", "hostile", "hostile.timed", "crowd"):
    report = json.load(open(f"{reports}/{name}.json", encoding="utf-8"))
    errors = [f"{'/'.join(map(str, e.path))}: {e.message}" for e in validator.iter_errors(report)]
    if errors:
        fail(f"{name}.json: {errors[0]}")

# The schema must also refuse: each change makes a good report wrong.
good = json.load(open(f"{reports}/plain.json", encoding="utf-8"))


def wrong(change):
    bad = copy.deepcopy(good)
    change(bad)
    if validator.is_valid(bad):
        fail(f"the schema accepts a wrong report: {change.__doc__ or change.__name__}")


changes = [
    lambda r: r.update(extra=1),
    lambda r: r.update(report_version=1),
    lambda r: r.pop("verdict"),
    lambda r: r["verdict"].update(words="fake"),
    lambda r: r["verdict"].update(interval=[0]),
    lambda r: r["input"].update(sha256="xyz"),
    lambda r: r["input"]["jpeg"]["luma"].pop(),
    lambda r: r["persons"][0].update(id=0),
    lambda r: r["signals"][0].update(status="maybe"),
    lambda r: r["signals"][0]["results"][0].update(score="high"),
    lambda r: r["signals"][0]["series"][0]["samples"].append([1, 2, 3]),
    lambda r: r["provenance"][0].update(state="fine"),
    lambda r: r["signals"][0]["results"][0].update(subject={"kind": "voice"}),
    lambda r: r["persons"][0]["picture"].update(jpeg="<script>"),
    lambda r: r["options"].pop("path"),
    lambda r: r["sound_view"].pop("wave"),
    lambda r: r["sound_view"]["wave"].append([1, 2, 3]),
    lambda r: r["sound_view"]["pitch_hz"].append("high"),
    lambda r: r["sound_view"]["spectrogram"].update(rows=64),
    lambda r: r["sound_view"]["spectrogram"].update(levels="<script>"),
]
for i, change in enumerate(changes):
    change.__doc__ = f"change {i}"
    wrong(change)

for s in good["signals"]:
    if s["status"] != "scored" and not s["reason"]:
        fail(f"{s['name']} gives no reason")


class Page(html.parser.HTMLParser):
    """Every element is closed in order, ids are unique and are what links point to, nothing comes from outside."""

    VOID = {"meta", "img", "link", "br", "input", "hr"}

    def __init__(self, name):
        super().__init__(convert_charrefs=True)
        self.name, self.open, self.ids, self.links, self.scripts, self.csp = name, [], set(), set(), 0, ""
        self.headings, self.text = [], []

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if len(values) != len(attrs):
            fail(f"{self.name}: <{tag}> repeats an attribute")
        for key, value in values.items():
            if key.startswith("on") or key == "style":
                fail(f"{self.name}: <{tag} {key}> is not allowed by the policy of the page")
            if key in ("href", "src", "action", "data") and not re.match(r"#|data:image/jpeg;base64,", value or ""):
                fail(f"{self.name}: <{tag}> refers to {value!r}")
        if tag == "img" and not values.get("alt"):
            fail(f"{self.name}: a picture without words")
        if tag == "th" and "scope" not in values:
            fail(f"{self.name}: <th> without scope")
        if tag == "meta" and values.get("http-equiv") == "Content-Security-Policy":
            self.csp = values["content"]
        if tag in ("iframe", "object", "embed", "form", "base", "link"):
            fail(f"{self.name}: <{tag}>")
        self.scripts += tag == "script"
        if "id" in values:
            if values["id"] in self.ids:
                fail(f"{self.name}: id {values['id']} twice")
            self.ids.add(values["id"])
        if values.get("href", "").startswith("#"):
            self.links.add(values["href"][1:])
        if values.get("aria-labelledby"):
            self.links.add(values["aria-labelledby"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            fail(f"{self.name}: </{tag}> closes what is not open, line {self.getpos()[0]}")

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("script", "style"):
            self.text.append(data)


for name in ("plain", "hostile", "crowd"):
    page = Page(name)
    text = open(f"{reports}/{name}.html", encoding="utf-8").read()
    page.feed(text)
    page.close()
    if page.open:
        fail(f"{name}: never closed: {page.open}")
    if page.links - page.ids:
        fail(f"{name}: links to nothing: {page.links - page.ids}")
    if page.scripts != 1:
        fail(f"{name}: {page.scripts} scripts")
    if page.headings[0] != 1 or any(b > a + 1 for a, b in zip(page.headings, page.headings[1:])):
        fail(f"{name}: headings skip a level: {page.headings}")
    for tag in ("style", "script"):
        body = re.search(f"<{tag}>(.*?)</{tag}>", text, re.S).group(1)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        if f"{tag}-src 'sha256-{digest}'" not in page.csp:
            fail(f"{name}: the policy does not name the {tag} of the page")
        if re.search(r"https?:|url\(|@import|fetch\(|XMLHttpRequest|\beval\b", body):
            fail(f"{name}: the {tag} reaches outside")
    if "default-src 'none'" not in page.csp or "unsafe" in page.csp:
        fail(f"{name}: weak policy {page.csp}")
    if name == "hostile" and "<img src=x onerror=alert(1)><script>" not in "".join(page.text):
        fail("the hostile file name is not shown as text")
