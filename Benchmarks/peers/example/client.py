"""A peer of iomodes in some eighty lines: a thread per lane, in blocking calls. The article *Adding a peer* explains it."""

import itertools, json, mmap, socket, struct, sys, threading, time

VERIFIED, ERRNO, TIMEOUT, WRONG, ENDED, UNFINISHED = 0, 1, 2, 3, 4, 255
WARM_UP, WORD = 1 << 63, (1 << 64) - 1

plan = json.loads(sys.stdin.readline())
with open(plan["rows"], "r+b") as file:
    rows = mmap.mmap(file.fileno(), 0)
content = open(plan["content"], "rb").read() if "content" in plan else b""
place, number, early = itertools.count(), itertools.count(), itertools.count()  # next() of a count is atomic
size, count = plan.get("size", 0), plan.get("count", WARM_UP)


def mix(z):
    """The finaliser of SplitMix64: where the content of an operation begins."""
    z = z + 0x9E3779B97F4A7C15 & WORD
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & WORD
    z = (z ^ z >> 27) * 0x94D049BB133111EB & WORD
    return z ^ z >> 31


def connect():
    host, port = plan["endpoint"].rsplit(":", 1)
    lane = socket.create_connection((host, int(port)), timeout=plan["timeout_ns"] / 1e9 or None)
    lane.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return lane


def echo(lane, n):
    offset = mix(n) + 16 & 65535
    stretch = content[offset:offset + 65536] * (size // 65536 + 1)
    message = struct.pack("<QII", n, size, plan.get("delay_us", 0)) + stretch[:size - 16]
    answer = bytearray()
    for begin in range(0, size, 32768):  # more at once, and both ends could fill their buffers and wait for each other
        lane.sendall(message[begin:begin + 32768])
        while len(answer) < min(size, begin + 32768):
            piece = lane.recv(65536)
            if not piece:
                return ENDED, 0
            answer += piece
    return (VERIFIED if answer == message else WRONG), 0


def run(index, lane):
    while True:
        in_warm_up = time.monotonic_ns() < opens
        n = next(early) if in_warm_up else next(number)
        begun = time.monotonic_ns()
        if begun >= closes or not in_warm_up and n >= count:
            return
        try:
            if plan["workload"] == "sleep":
                time.sleep(plan["sleep_ns"] / 1e9)
                outcome, detail = VERIFIED, 0
            else:
                lane = lane or connect()
                outcome, detail = echo(lane, n)
        except TimeoutError:
            outcome, detail = TIMEOUT, 0
        except OSError as error:
            outcome, detail = ERRNO, error.errno or 0
        ended = time.monotonic_ns()
        if outcome != VERIFIED:
            lane = lane and lane.close()
        if ended >= closes:
            ended, outcome, detail = 0, UNFINISHED, 0
        struct.pack_into("<QQQHHI", rows, 32 * next(place), n | WARM_UP * in_warm_up, begun, ended, outcome, detail, index)


lanes = [connect() if plan["workload"] == "echo" else None for _ in range(plan["lanes"])]
print("ready", flush=True)
start = int(sys.stdin.readline().split()[1])
opens = start + plan["warmup_ns"]
closes = opens + plan["duration_ns"] if "duration_ns" in plan else WORD
time.sleep(max(0, start - time.monotonic_ns()) / 1e9)
threads = [threading.Thread(target=run, args=pair) for pair in enumerate(lanes)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("done", flush=True)
sys.stdin.read()
