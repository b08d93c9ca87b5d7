"""A page as a real browser shows it: Debian's chromium, without a screen."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium")
# In a frame as wide as the screen, since the window of a browser has a least width.
_FRAME = """<!DOCTYPE html><meta charset="utf-8"><style>body {{ margin: 0 }}</style>
<iframe id="page" style="border: 0; width: {width}px; height: {height}px" srcdoc="{page}"></iframe><pre id="seen"></pre>
<script>
addEventListener("load", () => {{
  const shown = document.getElementById("page").contentDocument;
  const all = [...shown.querySelectorAll("body *")];
  const walker = shown.createTreeWalker(shown.body, NodeFilter.SHOW_TEXT);
  const broken = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {{
    // A line may end after a hyphen or a slash.
    for (const word of node.data.matchAll(/[^\\s\\/-]+/g)) {{
      const range = shown.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (range.getClientRects().length > 1) broken.push(word[0]);
    }}
  }}
  document.getElementById("seen").textContent = JSON.stringify({{
    wide: shown.documentElement.scrollWidth,
    beyond: all.filter(one => one.getBoundingClientRect().right > {width} + 1).map(one => one.tagName),
    broken,
    ground: getComputedStyle(shown.body).backgroundColor,
    ink: getComputedStyle(shown.body).color,
    small: Math.min(...all.map(one => parseFloat(getComputedStyle(one).fontSize))),
    text: shown.body.innerText,
    fetched: performance.getEntriesByType("resource").length,
  }});
}});
</script>"""


def seen(page: str, directory: Path, width: int, dark: bool, height: int = 1400) -> dict[str, Any]:
    """What the browser makes of it; a picture of that is left in the directory."""
    frame = directory / f"{width}-{'dark' if dark else 'light'}.html"
    frame.write_text(_FRAME.format(width=width, height=height, page=html.escape(page, quote=True)))
    shown = [
        str(CHROMIUM),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        f"--user-data-dir={directory / 'profile'}",
        f"--window-size={max(width, 500)},{height}",
        # 0 is dark, 1 is light.
        f"--blink-settings=preferredColorScheme={0 if dark else 1}",
    ]
    picture = frame.with_suffix(".png")
    written = _run([*shown, "--dump-dom", str(frame)])
    _run([*shown, f"--screenshot={picture}", str(frame)])
    found = re.search(r'<pre id="seen">(.*?)</pre>', written, re.DOTALL)
    assert found, written
    return {**json.loads(html.unescape(found.group(1))), "picture": picture}


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout
