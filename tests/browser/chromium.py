"""Drives a headless Chromium through its pipe: the DevTools protocol, one JSON message after another."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from select import select
from typing import Any

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SECONDS = 60.0
OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe",
)  # fmt: skip
HEARD = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")


@dataclass
class Page:
    """A page that is open: what its console said, what it asked for, and what can be asked of it."""

    browser: Browser
    session: str
    said: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def call(self, method: str, **parameters: Any) -> Any:
        return self.browser.call(method, self.session, **parameters)

    def ask(self, expression: str) -> Any:
        """The value of an expression of JavaScript, or of the promise that it gives."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def close(self) -> None:
        """Close it and forget what it said."""
        self.call("Page.close")
        del self.browser.pages[self.session]

    def screenshot(self, path: Path) -> None:
        """The whole page as a picture."""
        taken = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(taken["data"]))

    def pdf(self) -> bytes:
        """The page as it is printed."""
        printed = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        return base64.b64decode(printed["data"])


class Browser:
    """One Chromium; use it as `with opened() as browser`."""

    def __init__(self, into: int, out: int) -> None:
        self.into, self.out = into, out
        self.count, self.rest = 0, b""
        self.pages: dict[str, Page] = {}

    def call(self, method: str, session: str = "", **parameters: Any) -> Any:
        """Send one command and give its result; events on the way are kept with their pages."""
        self.count += 1
        message: dict[str, Any] = {"id": self.count, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.into, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self.count:
            self._hear(answer)
        assert "error" not in answer, (method, answer["error"])
        return answer["result"]

    def _next(self) -> Mapping[str, Any]:
        end = time.monotonic() + SECONDS
        while b"\0" not in self.rest:
            assert select([self.out], [], [], end - time.monotonic())[0], "Chromium does not answer"
            piece = os.read(self.out, 1 << 16)
            assert piece, "Chromium has ended"
            self.rest += piece
        line, _, self.rest = self.rest.partition(b"\0")
        found: Mapping[str, Any] = json.loads(line)
        return found

    def _hear(self, event: Mapping[str, Any]) -> None:
        page = self.pages.get(event.get("sessionId", ""))
        if page and event["method"] == "Network.requestWillBeSent":
            page.requests.append(event["params"]["request"]["url"])
        elif page and event["method"] in HEARD:
            page.said.append(json.dumps(event["params"])[:2000])

    def open(self, path: Path, width: int = 1000, dark: bool = False, height: int = 800) -> Page:
        """A file in a window so wide, in the light or in the dark."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self.pages[session] = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        page.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        page.call("Emulation.setEmulatedMedia", features=[scheme])
        page.call("Page.navigate", url=path.resolve().as_uri())
        end = time.monotonic() + SECONDS
        while page.ask("document.readyState + location.protocol") != "completefile:":
            assert time.monotonic() < end, f"{path} does not load"
        page.ask("document.fonts.ready.then(() => 1)")
        return page


@contextmanager
def opened() -> Iterator[Browser]:
    """A Chromium of its own, with an empty profile, closed at the end."""
    (child_in, into), (out, child_out) = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = started(profile, child_in, child_out)
        os.close(child_in)
        os.close(child_out)
        try:
            browser = Browser(into, out)
            yield browser
            browser.call("Browser.close")
        finally:
            os.close(into)  # Chromium ends when nobody speaks to it any more
            os.waitpid(process, 0)
            os.close(out)


def started(profile: str, child_in: int, child_out: int) -> int:
    """Start Chromium, which reads commands from descriptor 3 and answers on 4. Returns its process id."""
    assert PROGRAM
    high = [fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in (child_in, child_out)]
    silence = (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)
    actions = [silence, (os.POSIX_SPAWN_DUP2, high[0], 3), (os.POSIX_SPAWN_DUP2, high[1], 4)]
    actions += [(os.POSIX_SPAWN_CLOSE, each) for each in high]
    command = [PROGRAM, *OPTIONS, f"--user-data-dir={profile}", "about:blank"]
    process = os.posix_spawn(PROGRAM, command, os.environ, file_actions=actions)
    for each in high:
        os.close(each)
    return process
