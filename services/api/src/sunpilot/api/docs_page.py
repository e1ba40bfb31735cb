"""The reference of the REST API as a page of its own: made from the OpenAPI document, without a script."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse

router = APIRouter()

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sunpilot · REST API</title>
<link rel="icon" href="/page/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page/page.css">
<link rel="stylesheet" href="/page/reference.css">
</head>
<body>
<header><img src="/page/icon.svg" alt="" width="32" height="32"><h1>Sunpilot · REST API</h1></header>
<main>
<section class="card">
<p>Version {version}. The same for programs: <a href="/openapi.json">openapi.json</a>.
Send an API key as <code>Authorization: Bearer …</code>; the page makes keys.
A change may carry <code>If-Match</code> with the ETag that was seen. Long lists name their next page in the header
<code>Link</code>. Errors are <code>application/problem+json</code> and say what to do.</p>
<nav aria-label="Contents"><ul>{contents}</ul></nav>
</section>
{sections}
</main>
</body>
</html>
"""


def serve_docs(app: FastAPI) -> None:
    """Serve the reference at /docs."""
    app.include_router(router)


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> HTMLResponse:
    """The reference; it holds no data, so it needs no key."""
    return HTMLResponse(page(request.app.openapi()))


def page(document: dict[str, Any]) -> str:
    """The whole page."""
    by_tag: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tag = operation.get("tags", ["other"])[0]
            by_tag.setdefault(tag, []).append(_operation(method, path, operation, document))
    contents = "".join(f'<li><a href="#{escape(tag)}">{escape(tag)}</a></li>' for tag in by_tag)
    sections = "".join(
        f'<section class="card" id="{escape(tag)}"><h2>{escape(tag)}</h2>{"".join(found)}</section>'
        for tag, found in by_tag.items()
    )
    version = escape(document["info"]["version"])
    return _PAGE.format(version=version, contents=contents, sections=sections)


def _operation(method: str, path: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    """One operation: what it does, what goes in, an example of what comes back, and a line to try it with."""
    body = _content(operation.get("requestBody", {}), document)
    answers = {
        status: _content(answer, document) for status, answer in operation["responses"].items() if status != "default"
    }
    parts = [
        f"<summary><code>{method.upper()} {escape(path)}</code> {escape(operation['summary'])}</summary>",
        *(f"<p>{_prose(text)}</p>" for text in operation.get("description", "").split("\n\n")),
        _parameters(operation.get("parameters", [])),
        "<h3>Try it</h3>" + _pre(_curl(method, path, body)),
        *(f"<h3>Answer {escape(status)}</h3>{_pre(example)}" for status, example in answers.items() if example),
    ]
    return f'<details id="{escape(operation["operationId"])}">{"".join(parts)}</details>'


def _parameters(parameters: list[dict[str, Any]]) -> str:
    lines = (
        f"<dt><code>{escape(one['name'])}</code> ({escape(one['in'])})</dt>"
        f"<dd>{_prose(one.get('description', ''))}</dd>"
        for one in parameters
    )
    return f"<dl>{''.join(lines)}</dl>" if parameters else ""


def _content(described: dict[str, Any], document: dict[str, Any]) -> str:
    """The example of a body, as text; empty where there is no body."""
    for content in described.get("content", {}).values():
        if "example" in content:
            return str(content["example"])
        for example in _examples(content.get("schema", {}), document):
            return json.dumps(example, indent=2, ensure_ascii=False)
    return ""


def _examples(schema: dict[str, Any], document: dict[str, Any]) -> Iterator[Any]:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        yield from document["components"]["schemas"][name].get("examples", [])
    for choice in schema.get("anyOf", []):
        yield from _examples(choice, document)
    for example in _examples(schema.get("items", {}), document) if "items" in schema else ():
        yield [example]


def _curl(method: str, path: str, body: str) -> str:
    """A line for a shell, with the key in $KEY."""
    line = f'curl -X {method.upper()} -H "Authorization: Bearer $KEY" "$SUNPILOT{path}"'
    if body:
        compact = json.dumps(json.loads(body), ensure_ascii=False)
        line += f" \\\n  -H 'Content-Type: application/json' -d '{compact}'"
    return line


def _prose(text: str) -> str:
    """Plain text with ``code`` as the docstrings mark it."""
    pieces = escape(text).replace("``", "`").split("`")
    return "".join(f"<code>{piece}</code>" if place % 2 else piece for place, piece in enumerate(pieces))


def _pre(text: str) -> str:
    return f'<pre tabindex="0"><code>{escape(text)}</code></pre>'
