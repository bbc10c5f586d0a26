"""A peer of iomodes: a thread per lane, in blocking calls. The article *Adding a peer* explains it."""

import concurrent.futures, itertools, json, mmap, os, socket, struct, sys, time

VERIFIED, ERRNO, TIMEOUT, WRONG, ENDED, WARM_UP, WORD = 0, 1, 2, 3, 4, 1 << 63, (1 << 64) - 1

plan = json.loads(sys.stdin.readline())
rows = mmap.mmap(os.open(plan["rows"], os.O_RDWR), 0)
content = open(plan["content"], "rb").read() if "content" in plan else b""
place, number, early = itertools.count(), itertools.count(), itertools.count()  # next() of a count is atomic

def mix(z):
    z = z + 0x9E3779B97F4A7C15 & WORD
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & WORD
    z = (z ^ z >> 27) * 0x94D049BB133111EB & WORD
    return z ^ z >> 31

def connect():
    host, port = plan["endpoint"].rsplit(":", 1)
    connection = socket.create_connection((host, int(port)), timeout=plan["timeout_ns"] / 1e9 or None)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection

def echo(connection, n):
    begin, size, reply = mix(n) + 16 & 65535, plan["size"], bytearray()
    stretch = content[begin:begin + 65536] * (size // 65536 + 1)
    message = struct.pack("<QII", n, size, plan["delay_us"]) + stretch[:size - 16]
    for sent in range(0, size, 32768):  # more at once, and both ends could fill their buffers and wait for each other
        connection.sendall(message[sent:sent + 32768])
        while len(reply) < min(size, sent + 32768):
            reply += (piece := connection.recv(65536))
            if not piece:
                return ENDED
    return VERIFIED if reply == message else WRONG

def run(lane, connection):
    while True:
        begun, row, outcome, detail = time.monotonic_ns(), next(place), VERIFIED, 0
        n, flag = (next(early), WARM_UP) if begun < opens else (next(number), 0)
        if begun >= closes or row >= plan["capacity"] or not flag and n >= plan.get("count", WARM_UP):
            return
        try:
            if plan["workload"] == "sleep":
                time.sleep(plan["sleep_ns"] / 1e9)
            else:
                connection = connection or connect()
                outcome = echo(connection, n)
        except OSError as error:  # a time limit of Python's own has no number
            outcome, detail = (ERRNO, error.errno) if error.errno else (TIMEOUT, 0)
        ended = time.monotonic_ns()
        if outcome != VERIFIED:
            connection = connection and connection.close()
        if plan["record"]:
            struct.pack_into("<QQQHHI", rows, 32 * row, n | flag, begun, ended, outcome, detail, lane)

connections = [connect() if plan["workload"] == "echo" else None for _ in range(plan["lanes"])]
print("ready", flush=True)
start = int(sys.stdin.readline().split()[1])
opens = start + plan["warmup_ns"]
closes = opens + plan.get("duration_ns", WORD)
time.sleep(max(0, start - time.monotonic_ns()) / 1e9)
with concurrent.futures.ThreadPoolExecutor(plan["lanes"]) as threads:
    list(threads.map(run, itertools.count(), connections))
print("done", flush=True)
sys.stdin.read()
