"""Clicks through the page of `crossplay serve` in a real browser, on small data that it makes itself.

Every page is opened, by mouse and by keyboard; what a page must show is looked up in it, requests to other hosts and errors
on the console fail. A folder of 400 runs (160,000 cells, as many lines of metrics as asked for) must answer every request
within a second. With --screenshots, pictures of the pages at 1400 and 400 pixels, light and dark, are written.

Needs Python's standard library and Chromium; scripts/check-serve starts it.
"""

import argparse
import base64
import http.client
import json
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse

CONFIGURATION = """
name: small
environment: {name: hanabi, preset: tiny, players: 2}
seeds: 3
sweep: {entropy_coefficient: [0.01, 0.1]}
environments: 32
rollout_length: 16
total_env_steps: 16384
epochs: 2
minibatches: 2
network: {trunk: [32], actor: [32], critic: [32]}
evaluation: {games: 32, modes: [sampled, greedy], across_configurations: true, interval: 8192}
"""

OTHERS = {
    "kitchen": "environment: {name: overcooked, layout: cramped_room, max_steps: 20}",
    "kitchen-v2": "environment: {name: overcooked_v2, layout: grounded_coord_simple, agent_view_size: 2, max_steps: 20}",
    "ghosts": "environment: {name: yokai}",
    "levers": "environment: {name: levers, pay: '1.0x3,1.1', rounds: 3}",
}


class Failure(Exception):
    pass


def expect(condition, text):
    if not condition:
        raise Failure(text)


# The data


def run(binary, *arguments, folder):
    done = subprocess.run([binary, *arguments], cwd=folder, capture_output=True, text=True)
    expect(done.returncode == 0, f"crossplay {' '.join(arguments)}: {done.stderr}")


def make_small(binary, folder):
    """A training of Hanabi with its evaluation, and one short training of every other game."""
    with open(os.path.join(folder, "small.yaml"), "w") as file:
        file.write(CONFIGURATION)
    run(binary, "train", "small.yaml", "--output", "runs/small", folder=folder)
    run(binary, "evaluate", "runs/small", folder=folder)
    for name, environment in OTHERS.items():
        with open(os.path.join(folder, f"{name}.yaml"), "w") as file:
            file.write(f"name: {name}\n{environment}\nseeds: 2\nenvironments: 4\nrollout_length: 8\n"
                       "total_env_steps: 64\nepochs: 1\nminibatches: 1\n"
                       "network: {trunk: [16], actor: [16], critic: [16]}\n")
        run(binary, "train", f"{name}.yaml", "--output", f"runs/others/{name}", folder=folder)


def make_large(folder, updates, values=20, seeds=20):
    """What a training of 400 runs and its evaluation write, with made-up numbers; no checkpoint."""
    place = os.path.join(folder, "runs", "large")
    os.makedirs(os.path.join(place, "evaluation"))
    coefficients = [round(0.01 * (k + 1), 2) for k in range(values)]
    with open(os.path.join(place, "config.yaml"), "w") as file:
        file.write(f"name: large\nenvironment: {{name: hanabi, preset: tiny, players: 2}}\nseeds: {seeds}\n"
                   f"sweep: {{entropy_coefficient: {coefficients}}}\nenvironments: 8\nrollout_length: 8\n"
                   f"total_env_steps: {64 * updates}\nepochs: 1\nminibatches: 1\n")
    runs = [(f"entropy_coefficient={c}_seed={s}", f"entropy_coefficient={c}", c, s)
            for c in coefficients for s in range(seeds)]
    rng = random.Random(1)
    strength = [rng.gauss(0, 0.3) for _ in runs]
    with open(os.path.join(place, "metrics.jsonl"), "w", buffering=1 << 20) as file:
        # The names do not change: each line is a text with a few numbers in it.
        heads = [f'{{"run":{i},"name":"{name}","seed":{s},"configuration":"{configuration}","update":'
                 for i, (name, configuration, c, s) in enumerate(runs)]
        for update in range(1, updates + 1):
            level = 4 * (1 - 0.5 ** (8 * update / updates))
            tail = (f',"env_steps":{64 * update},"seconds":{update * 0.5:.1f},"env_steps_per_second":51200.0,"episodes":9,'
                    '"learning_rate":0.0005,"entropy_coefficient":0.1,"total_loss":0.1,"policy_loss":0.01,"value_loss":0.2,'
                    f'"entropy":{1.6 * 0.5 ** (4 * update / updates):.4f},"approximate_kl":0.004,"clip_fraction":0.05,'
                    f'"explained_variance":{min(0.9, update / updates):.4f},"gradient_norm":0.4,"episode_length":7.5,"episode_return":')
            file.write("".join(f"{head}{update}{tail}{level + strength[i]:.3f}}}\n" for i, head in enumerate(heads)))
    listed = [{"name": name, "configuration": configuration, "seed": s, "hyperparameters": hyperparameters(c)}
              for name, configuration, c, s in runs]
    matrices, rows = [], []
    count = len(runs)
    for mode, bonus in (("sampled", 0.0), ("greedy", 0.4)):
        entries = []
        for i in range(count):
            for j in range(count):
                near = 1.0 if i == j else 0.6 + 0.3 * min(runs[i][2], runs[j][2]) / 0.2
                entries.append(f'{{"decisions":900,"games":100,"mean_return":{near * (3 + bonus + strength[i] + strength[j]):.4f},'
                               f'"near_tie_rate":0.01,"runs":[{i},{j}],"standard_error":0.05,"tie_rate":0}}')
        matrices.append(f'{{"entries":[{",".join(entries)}],"mode":"{mode}","runs":{json.dumps(listed)},"seats":2}}')
    for c in coefficients:
        estimate = {"mean": 3 + c, "standard_error": 0.1, "count": seeds}
        modes = [{"mode": mode, "self_play": estimate, "cross_play_all_tuples": {**estimate, "mean": 2 + 4 * c},
                  "gap": {**estimate, "mean": 1 - 3 * c}} for mode in ("sampled", "greedy")]
        rows.append({"configuration": f"entropy_coefficient={c}", "hyperparameters": hyperparameters(c), "runs": seeds,
                     "games": 100, "tuples_evaluated": seeds * (seeds - 1), "tuples_possible": seeds * (seeds - 1),
                     "modes": modes})
    files = {
        "matrix.json": f"[{','.join(matrices)}]\n", "summary.json": json.dumps({"seats": 2, "configurations": rows}),
        "evaluation.json": json.dumps({
            "configuration": "large", "update": updates, "env_steps": 64 * updates, "games": 100, "seed": 0,
            "modes": ["sampled", "greedy"], "tie_tolerance": 0.001, "bootstrap_samples": 100, "max_tuples": 1000,
            "across_configurations": True, "symmetry": False, "device": "none: made-up numbers", "trainings": [{
                "configuration": "large", "update": updates, "env_steps": 64 * updates, "runs": count,
                "weight_hash": "0"}]})}
    for name, text in files.items():
        with open(os.path.join(place, "evaluation", name), "w") as file:
            file.write(text)


def hyperparameters(coefficient):
    return {"learning_rate": 5e-4, "gamma": 0.99, "gae_lambda": 0.95, "clip_epsilon": 0.2, "value_coefficient": 0.5,
            "entropy_coefficient": coefficient, "max_gradient_norm": 0.5, "adam_beta1": 0.9, "adam_beta2": 0.999,
            "adam_epsilon": 1e-5}


# The server


class Server:
    def __init__(self, binary, folder, *arguments):
        self.errors = open(os.path.join(folder, "serve.log"), "w+")
        self.process = subprocess.Popen(
            [binary, "serve", "runs", "--port", "0", *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=self.errors,
            text=True)
        self.address = self.process.stdout.readline().strip()
        expect(self.address.startswith("http://"), f"crossplay serve printed {self.address!r}")
        self.host = urllib.parse.urlsplit(self.address).netloc

    def get(self, path, **parameters):
        connection = http.client.HTTPConnection(self.host, timeout=60)
        query = urllib.parse.urlencode(parameters)
        started = time.monotonic()
        connection.request("GET", f"/api/{path}?{query}")
        answer = connection.getresponse()
        data = answer.read()
        expect(answer.status == 200, f"{path} {parameters}: {answer.status} {data[:300]!r}")
        connection.close()
        return data, time.monotonic() - started

    def end(self):
        # Not SIGINT, which shells have ignored by what they start in the background, and which then stays ignored.
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            raise Failure(f"crossplay serve did not end in 30 s; its threads:\n{stacks(self.process.pid)}") from None


def stacks(process):
    """Where the threads of a process are: as gdb says, or by name and system call where there is no gdb."""
    if shutil.which("gdb"):
        text = subprocess.run(["gdb", "-p", str(process), "-batch", "-ex", "thread apply all backtrace"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        return "\n".join(line for line in text.split("\n") if line.startswith(("Thread", "#")))
    lines = []
    for task in sorted(os.listdir(f"/proc/{process}/task")):
        texts = [open(f"/proc/{process}/task/{task}/{name}").read().strip() for name in ("comm", "wchan", "syscall")]
        lines.append(" ".join([task, *texts]))
    return "\n".join(lines)


# The browser, spoken to by its DevTools protocol


class WebSocket:
    def __init__(self, host, port, path):
        self.socket = socket.create_connection((host, port), timeout=120)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            self.rest += self.socket.recv(4096)
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        expect(b" 101 " in head, f"the browser refused: {head!r}")

    def send(self, text):
        data = text.encode()
        mask = os.urandom(4)
        size = len(data)
        head = (bytes([0x81, 0x80 | size]) if size < 126 else bytes([0x81, 0xFE]) + struct.pack(">H", size) if size < 65536
                else bytes([0x81, 0xFF]) + struct.pack(">Q", size))
        self.socket.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(data)))

    def take(self, count):
        while len(self.rest) < count:
            piece = self.socket.recv(1 << 16)
            expect(piece, "the browser closed the connection")
            self.rest += piece
        data, self.rest = self.rest[:count], self.rest[count:]
        return data

    def receive(self):
        text = b""
        while True:
            first, second = self.take(2)
            size = second & 127
            if size == 126:
                size = struct.unpack(">H", self.take(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.take(8))[0]
            data = self.take(size)
            if first & 15 in (0, 1):
                text += data
                if first & 128:
                    return text.decode()


class Browser:
    def __init__(self, program, folder):
        profile = os.path.join(folder, "chromium")
        self.log = open(os.path.join(folder, "chromium.log"), "w")
        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
             "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"],
            stdout=self.log, stderr=self.log)
        place = os.path.join(profile, "DevToolsActivePort")
        deadline = time.monotonic() + 60
        while not (os.path.exists(place) and open(place).read().count("\n")):
            expect(time.monotonic() < deadline and self.process.poll() is None, "Chromium did not start")
            time.sleep(0.05)
        port = int(open(place).read().split("\n")[0])
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/json/list")
        pages = json.loads(connection.getresponse().read())
        page = next(each for each in pages if each["type"] == "page")
        self.socket = WebSocket("127.0.0.1", port, urllib.parse.urlsplit(page["webSocketDebuggerUrl"]).path)
        self.number = 0
        self.events = []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.receive())
            if message.get("id") == self.number:
                expect("error" not in message, f"{method}: {message.get('error')}")
                return message["result"]
            self.events.append(message)

    def evaluate(self, expression):
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        expect("exceptionDetails" not in result, f"{expression}: {result.get('exceptionDetails')}")
        return result["result"].get("value")

    def wait(self, expression, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            value = self.evaluate(expression)
            # An element comes back as an object without anything in it.
            if value or value == {}:
                return value
            if time.monotonic() > deadline:
                raise Failure(f"it did not come true: {expression}\n{self.evaluate('document.body.innerText')}")
            time.sleep(0.05)

    def open(self, address, ready='document.querySelector("main [data-page]")?.dataset.ready === "true"'):
        self.ask("Page.navigate", url=address)
        self.wait(f"document.readyState === 'complete' && {ready}")

    def follow(self, action):
        """Does what leads to another page, and waits for that."""
        self.evaluate("document.querySelector('main [data-page]').dataset.left = 'yes'")
        action()
        self.wait("(() => { const page = document.querySelector('main [data-page]'); "
                  "return page && !page.dataset.left && page.dataset.ready === 'true'; })()")

    def go(self, fragment):
        # The same page again is begun anew.
        self.follow(lambda: self.evaluate(
            f"location.hash === {json.dumps(fragment)} ? dispatchEvent(new HashChangeEvent('hashchange')) "
            f": location.hash = {json.dumps(fragment)}"))

    def text(self):
        return self.evaluate("document.querySelector('main').innerText")

    def click(self, selector, text=None):
        """Where a person would click: in the middle of what is seen of the element, the one that says no more first."""
        found = f"document.querySelector({json.dumps(selector)})"
        if text is not None:
            every, text = f"[...document.querySelectorAll({json.dumps(selector)})]", json.dumps(text)
            found = (f"({every}.find((each) => each.innerText.trim() === {text}) "
                     f"?? {every}.find((each) => each.innerText.includes({text})))")
        self.wait(f"!!{found}")
        place = self.evaluate(f"(() => {{ const each = {found}; each.scrollIntoView({{block: 'center'}}); "
                              "const box = each.getBoundingClientRect(); "
                              "return [box.x + box.width / 2, box.y + box.height / 2]; })()")
        self.press_at(*place)

    def press_at(self, x, y):
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="none" if kind == "mouseMoved" else "left",
                     clickCount=0 if kind == "mouseMoved" else 1)

    def key(self, key, code=None, text=None):
        numbers = {"Enter": 13, "Tab": 9, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Home": 36,
                   "End": 35, " ": 32}
        more = {"text": text} if text else {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=code or key,
                     windowsVirtualKeyCode=numbers.get(key, ord(key[0].upper())), **(more if kind == "keyDown" else {}))

    def size(self, width, height, dark=False):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.ask("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def picture(self, place, width, height, dark):
        self.size(width, height, dark)
        # Two frames, so that what depends on the size is drawn anew.
        self.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 300))))")
        data = self.ask("Page.captureScreenshot", format="png")["data"]
        with open(place, "wb") as file:
            file.write(base64.b64decode(data))

    def complaints(self, host):
        """Errors of the page, and requests that left for another host."""
        found = []
        for event in self.events:
            parameters = event.get("params", {})
            if event["method"] == "Runtime.exceptionThrown":
                found.append(str(parameters["exceptionDetails"])[:600])
            elif event["method"] == "Runtime.consoleAPICalled" and parameters["type"] == "error":
                found.append(str(parameters["args"])[:600])
            elif event["method"] == "Log.entryAdded" and parameters["entry"]["level"] == "error":
                found.append(str(parameters["entry"])[:600])
            elif event["method"] == "Network.requestWillBeSent":
                url = urllib.parse.urlsplit(parameters["request"]["url"])
                if url.scheme not in ("data", "about", "blob") and url.netloc != host:
                    found.append(f"a request to {url.netloc}")
        return found

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=30)


# What is looked at


def check_trainings(browser, base):
    browser.open(base)
    text = browser.text()
    for name in ("runs/small", "runs/large", "runs/others/levers", "finished"):
        expect(name in text, f"the list of trainings lacks {name}:\n{text}")
    browser.follow(lambda: browser.click("main a", "runs/small"))
    browser.wait("document.querySelectorAll('.chart svg').length >= 4")
    text = browser.text()
    for word in ("policy entropy (nats)", "approximate KL (nats)", "explained variance", "±1 standard error",
                 "content hash", "entropy_coefficient"):
        expect(word in text or word in browser.evaluate("document.querySelector('main').textContent"),
               f"the training lacks {word}:\n{text}")
    # Values by the keys.
    browser.evaluate("document.querySelector('.chart svg').focus()")
    browser.key("End")
    expect("env steps per run" in browser.wait("document.querySelector('.tip:not([hidden])')?.innerText"),
           "the chart does not tell its values")
    # One curve less.
    before = browser.evaluate("document.querySelectorAll('.chart svg polyline').length")
    browser.click(".legend button")
    browser.wait(f"document.querySelectorAll('.chart svg polyline').length < {before}")
    browser.click(".legend button")
    browser.evaluate("(() => { const select = document.querySelector('.controls select'); select.selectedIndex = 1; "
                     "select.dispatchEvent(new Event('change')); })()")
    browser.wait("document.querySelector('main').innerText.includes('Every seed of')")
    browser.click("summary", "Runs (")
    browser.follow(lambda: browser.click("main a", "watch it play"))
    expect(browser.evaluate("location.hash").startswith("#/games"), "a run opens no games")


def check_live(browser, folder):
    """Lines that are appended are seen without anyone asking."""
    browser.go("#/trainings")
    browser.follow(lambda: browser.click("main a", "runs/large"))
    browser.wait("document.querySelectorAll('.chart svg').length >= 4")
    before = browser.evaluate("document.querySelector('main progress').value")
    place = os.path.join(folder, "runs", "large", "metrics.jsonl")
    with open(place) as file:
        line = json.loads(file.readline())
    with open(os.path.join(folder, "runs", "large", "config.yaml")) as file:
        total = int(next(row for row in file if row.startswith("total_env_steps")).split(":")[1])
    expect(before < 1, "the large training is not finished")
    update = total // 64
    with open(place, "a") as file:
        file.write(json.dumps({**line, "update": update, "env_steps": total}) + "\n")
    browser.wait(f"document.getElementById('news').innerText.includes('update {update} of')")


def check_crossplay(browser):
    browser.go("#/crossplay")
    browser.follow(lambda: browser.click("main a", "runs/small/evaluation"))
    browser.wait("document.querySelector('canvas')?.width > 100")
    browser.evaluate("document.querySelector('canvas').focus()")
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        browser.key(key)
    text = browser.wait("document.querySelector('.readout').innerText.includes('cross-play') "
                        "&& document.querySelector('.readout').innerText")
    expect("points per game" in text and "seed=2" in text and "seed=1" in text, f"the cell says {text}")
    for label, count in (("Order", 4), ("Mode of play", 2)):
        for index in list(range(1, count)) + [0]:
            browser.evaluate(f"(() => {{ const select = [...document.querySelectorAll('label')].find((each) => "
                             f"each.innerText.startsWith('{label}')).querySelector('select'); select.selectedIndex = {index}; "
                             "select.dispatchEvent(new Event('change')); })()")
    browser.wait("document.querySelectorAll('figure img').length === 2")
    browser.evaluate("document.querySelector('figure').scrollIntoView()")
    browser.wait("document.querySelector('figure img').complete && document.querySelector('figure img').naturalWidth > 200")
    # One value less, then the first cell by the mouse.
    width = browser.evaluate("document.querySelector('canvas').width")
    browser.click(".choices input")
    browser.wait(f"document.querySelector('canvas').getAttribute('aria-label').includes('3 runs')")
    browser.click(".choices input")
    browser.wait(f"document.querySelector('canvas').width === {width}")
    browser.evaluate("document.querySelector('canvas').scrollIntoView({block: 'start'})")
    x, y = browser.evaluate("(() => { const box = document.querySelector('canvas').getBoundingClientRect(); "
                            "return [box.x + 92 + 30, box.y + 40 + 4]; })()")
    browser.follow(lambda: browser.press_at(x, y))
    expect(browser.evaluate("location.hash").startswith("#/games"), "a cell opens no games")
    browser.wait("document.querySelector('.board svg')")
    # A cell of an evaluation over training opens games of its checkpoint.
    browser.go("#/evaluation?id=0/small/evaluations/000016")
    browser.wait("document.querySelector('canvas')?.width > 100")
    browser.evaluate("document.querySelector('canvas').focus()")
    browser.follow(lambda: browser.key("Enter"))
    place = urllib.parse.unquote(urllib.parse.unquote(browser.evaluate("location.hash")))
    expect("@16" in place, f"the games are {place}")
    browser.wait("document.querySelector('.board svg') && document.querySelector('main').innerText.includes('update 16')")


def check_large(browser):
    browser.go("#/crossplay")
    started = time.monotonic()
    browser.follow(lambda: browser.click("main a", "runs/large/evaluation"))
    browser.wait("document.querySelector('canvas')?.width > 400")
    print(f"check-serve: a matrix of 160,000 cells is on the screen after {time.monotonic() - started:.2f} s")
    browser.evaluate("document.querySelector('canvas').focus()")
    browser.key("End")
    text = browser.wait("document.querySelector('.readout').innerText.includes('points per game') "
                        "&& document.querySelector('.readout').innerText")
    expect("entropy_coefficient=0.2_seed=19" in text, f"the last column is {text}")


def check_games(browser):
    browser.go("#/games")
    browser.wait("document.querySelector('.board svg')")
    browser.go(f"#/games?{urllib.parse.urlencode({'seats': urllib.parse.quote('0/small:1', safe='')})}")
    browser.click("summary", "Who plays")
    browser.follow(lambda: browser.click("button", "Play this game"))
    browser.wait("document.querySelector('.board svg')")
    first = browser.evaluate("document.querySelector('.board').innerHTML")
    browser.click("button[aria-label^='step forward']")
    browser.wait(f"document.querySelector('.board').innerHTML !== {json.dumps(first)}")
    text = browser.text()
    expect("Value of its critic" in text and "%" in text, f"the game lacks probabilities or values:\n{text}")
    browser.click("button", "what seat 0 sees")
    browser.wait("document.querySelector('.board').innerText.includes('you') "
                 "|| document.querySelector('.board svg').textContent.includes('you')")
    browser.evaluate("document.activeElement.blur()")
    browser.key("End")
    browser.wait("document.querySelector('main').innerText.includes('The game is over: return')")
    browser.key("ArrowLeft")
    browser.wait("!document.querySelector('main').innerText.includes('The game is over: return')")
    browser.key("Home")
    browser.wait("document.querySelector('output').innerText.startsWith('step 0 ')")
    for name in OTHERS:
        browser.go(f"#/games?{urllib.parse.urlencode({'seats': urllib.parse.quote(f'0/others/{name}:0', safe=''), 'mode': 'sampled', 'step': 3})}")
        browser.wait("document.querySelector('.board svg')")


def check_seat(browser):
    browser.go("#/seat")
    browser.wait("document.querySelector('main button.main')")
    # Other policies, and the page begins anew with them.
    browser.evaluate("(() => { document.querySelector('main form').dataset.left = 'yes'; "
                     "const select = document.querySelector('main select'); select.value = [...select.options].find((each) => each.text === 'runs/small').value; "
                     "select.dispatchEvent(new Event('change')); })()")
    browser.wait("document.querySelector('main form') && !document.querySelector('main form').dataset.left")
    browser.click("button.main", "Begin a game")
    browser.wait("document.querySelector('.board svg')")
    expect("?" in browser.evaluate("document.querySelector('.board svg').textContent"), "the own cards are not hidden")
    for _ in range(60):
        state = browser.wait("document.querySelector('main').innerText.includes('The game is over') ? 'over' : "
                             "document.querySelector('.actions:not([aria-busy]) button[data-action]') ? 'turn' : ''")
        if state == "over":
            break
        log = browser.evaluate("document.querySelector('.log').innerText")
        browser.key("1", "Digit1", "1")
        browser.wait(f"document.querySelector('.log').innerText !== {json.dumps(log)} "
                     "|| document.querySelector('main').innerText.includes('The game is over')")
    browser.wait("document.querySelector('main').innerText.includes('Scores of people')")
    expect("You with them" in browser.text(), "there are no scores")
    browser.follow(lambda: browser.click("a", "Look at the recorded game"))
    browser.wait("document.querySelector('.board svg') && location.hash.includes('recorded')")
    expect("a person" in browser.text(), "the recorded game names no person")


def check_problems(browser, base):
    browser.go("#/training?id=nothing")
    browser.wait("document.querySelector('[role=alert]')?.innerText.includes('there is no such training')")
    browser.events = [event for event in browser.events if event["method"] != "Log.entryAdded"]


def check_times(server):
    """Every answer about 400 runs in under a second, the first ones too."""
    evaluation = "0/large/evaluation"
    for path, parameters in (
            ("folders", {}), ("training", {"id": "0/large"}), ("curves", {"id": "0/large"}),
            ("evaluation", {"id": evaluation}), ("matrix", {"id": evaluation, "mode": "sampled"}),
            ("matrix", {"id": evaluation, "mode": "greedy"}), ("sweep", {"id": evaluation, "figure": "sweep"})):
        data, seconds = server.get(path, **parameters)
        print(f"check-serve: {path} {parameters.get('mode', '')}: {len(data):,} bytes in {seconds:.3f} s")
        yield path, seconds


def screenshots(browser, folder):
    os.makedirs(folder, exist_ok=True)
    seats = urllib.parse.quote("0/small:0", safe="") + "," + urllib.parse.quote("0/small:4", safe="")
    pages = {
        "trainings": ("#/trainings", "true", 900), "training": ("#/training?id=0/small", "document.querySelector('.chart svg')", 1300),
        "matrix": ("#/evaluation?id=0/large/evaluation", "document.querySelector('canvas')?.width > 100", 1400),
        "game": (f"#/games?{urllib.parse.urlencode({'seats': seats, 'mode': 'sampled', 'step': 1})}",
                 "document.querySelector('.board svg')", 1000),
        "seat": ("#/seat", "document.querySelector('main button.main')", 900),
    }
    for name in OTHERS:
        seat = urllib.parse.quote(f"0/others/{name}:0", safe="")
        pages[f"game-{name}"] = (f"#/games?{urllib.parse.urlencode({'seats': seat, 'mode': 'sampled', 'step': 6})}",
                                 "document.querySelector('.board svg')", 1000)
    for name, (fragment, ready, height) in pages.items():
        for width in (1400, 400):
            for dark in (False, True):
                if name.startswith("game-") and (width == 400 or dark):
                    continue
                browser.size(width, height, dark)
                browser.go("#/crossplay")
                browser.go(fragment)
                browser.wait(ready)
                scheme = "dark" if dark else "light"
                browser.picture(os.path.join(folder, f"{name}-{width}-{scheme}.png"), width, height, dark)
                wide = browser.evaluate("document.documentElement.scrollWidth")
                expect(wide <= width, f"{name} is {wide} pixels wide on a screen of {width}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", help="crossplay")
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("chromium-browser"))
    parser.add_argument("--updates", type=int, default=400, help="of the large training: 400 lines of metrics each")
    parser.add_argument("--seconds", type=float, default=None, help="fail where an answer about 400 runs takes longer")
    parser.add_argument("--screenshots", help="folder for pictures of the pages")
    options = parser.parse_args()
    expect(options.chromium, "there is no chromium; install Debian's package of that name")
    binary = os.path.abspath(options.binary)
    with tempfile.TemporaryDirectory(prefix="crossplay-serve-") as folder:
        make_small(binary, folder)
        make_large(folder, options.updates)
        # It is to have updates left for check_live.
        place = os.path.join(folder, "runs", "large", "config.yaml")
        with open(place) as file:
            text = file.read()
        with open(place, "w") as file:
            file.write(text.replace(f"total_env_steps: {64 * options.updates}", f"total_env_steps: {64 * options.updates + 640}"))
        server = Server(binary, folder)
        browser = None
        try:
            times = list(check_times(server))
            if options.seconds is not None:
                slow = [each for each in times if each[1] > options.seconds]
                expect(not slow, f"these took longer than {options.seconds} s: {slow}")
            browser = Browser(options.chromium, folder)
            browser.size(1400, 1000)
            check_trainings(browser, server.address)
            check_crossplay(browser)
            check_large(browser)
            check_games(browser)
            check_seat(browser)
            check_live(browser, folder)
            check_problems(browser, server.address)
            if options.screenshots:
                screenshots(browser, options.screenshots)
            complaints = browser.complaints(server.host)
            expect(not complaints, "the page complained:\n" + "\n".join(complaints))
            browser.end()
            browser = None
            expect(server.end() == 0, "crossplay serve did not end well")
        except Exception:
            server.errors.seek(0)
            sys.stderr.write(server.errors.read())
            raise
        finally:
            if browser:
                browser.process.kill()
                browser.process.wait()
            if server.process.poll() is None:
                server.process.kill()
                server.process.wait()
    print("check-serve: every page was clicked through")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"check-serve: {failure}")
