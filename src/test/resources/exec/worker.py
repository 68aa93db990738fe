"""A worker for tests. What it does with a request the request's "model" says; how it starts, its arguments."""
import json, os, signal, sys, threading, time

lock = threading.Lock()
cancelled = {}
hoard = []
count = 0
starting = dict(argument.split("=", 1) for argument in sys.argv[1:])
memory = int(starting.get("memory", 1000))  # 0: not known


def out(line):
    with lock:
        sys.stdout.write(line if isinstance(line, str) else json.dumps(line) + "\n")
        sys.stdout.flush()


def say(id, text):
    out({"id": id, "text": text})


def done(id, **more):
    out({"id": id, "done": {"stop_reason": "end_turn"}, **more})


def generate(request):
    global memory, count
    id = request["id"]
    stop = cancelled[id]
    what, _, argument = request["model"].partition(":")
    if what == "say":
        for i in range(int(argument or 1)):
            if stop.is_set():
                return out({"id": id, "cancelled": True})
            say(id, str(i))
        done(id, usage={"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 20},
             timings={"prefill_ms": 100, "generation_ms": 1000})
    elif what == "pid":
        say(id, str(os.getpid()))
        done(id)
    elif what == "count":
        count += 1
        say(id, str(count))
        done(id)
    elif what == "seed":
        say(id, str(request.get("seed")))
        done(id)
    elif what == "prompt":
        say(id, str(len(json.dumps(request))))
        done(id)
    elif what in ("wait", "silent", "stubborn"):
        out({"id": id, "progress": {"stage": "prefill", "done": 0, "total": 1}})
        if what != "silent":
            say(id, str(os.getpid()))
        stop.wait()
        if what != "stubborn":
            out({"id": id, "cancelled": True})
    elif what == "die":
        os._exit(int(argument))
    elif what == "die-once":
        if os.path.exists(argument):
            say(id, str(os.getpid()))
            done(id)
        else:
            open(argument, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
    elif what == "die-after-text":
        say(id, "a")
        os._exit(int(argument))
    elif what == "kill":
        say(id, "a")
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "garbage":
        say(id, "a")
        out("Loading 3 files\n")
        stop.wait()
    elif what == "no-id":
        out({"text": "a"})
        stop.wait()
    elif what == "partial":
        out('{"id":"%s","text":"ab' % id)
        os._exit(1)
    elif what == "fatal":
        say(id, "a")
        out({"error": {"type": "api_error", "message": "out of memory"}})
        os._exit(1)
    elif what == "error":
        out({"id": id, "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 tokens > 8 maximum"}})
    elif what == "stderr":
        for i in range(20000):
            sys.stderr.write("noise %d %s\n" % (i, "x" * 100))
        done(id)
    elif what == "long":
        say(id, "x" * int(argument))
        done(id)
    elif what == "flood":
        for i in range(int(argument)):
            if stop.is_set():
                return out({"id": id, "cancelled": True})
            say(id, "x" * 100_000)
        done(id)
    elif what == "strange":
        out({"id": "msg_of_nobody", "text": "for nobody"})
        out({"ready": {"protocol": 2}})
        out({})
        out("\n")
        say(id, "a")
        done(id)
        say(id, "too late")
        done(id)
        out({"id": id, "error": "too late"})
    elif what == "deaf":
        deaf.set()
        say(id, "a")
        done(id)
    elif what == "leak":
        memory = int(argument)
        done(id)
    elif what == "grow":
        hoard.append(b"x" * (int(argument) << 20))
        done(id)
    elif what == "tool":
        out({"id": id, "tool_use": {"id": "toolu_1", "name": "get_time"}})
        out({"id": id, "tool_input": "{\"zo"})
        out({"id": id, "tool_input": "ne\":\"UTC\"}"})
        done(id)


deaf = threading.Event()
if starting.get("load") == "exit-but-one":
    try:
        open(starting.pop("once"), "x").close()
    except (FileExistsError):
        sys.exit(3)
if "once" in starting:
    if os.path.exists(starting["once"]):
        starting.pop("load", None)
    else:
        open(starting["once"], "w").close()
load = starting.get("load", "")
if load == "die":
    out({"progress": {"stage": "loading", "message": "reading weights"}})
    out({"error": {"type": "api_error", "message": "no such model: tiny"}})
    sys.exit(1)
elif load == "exit":
    sys.exit(3)
elif load == "hang":
    time.sleep(1000)
elif load == "garbage":
    out("Fetching files\n")
elif load == "progress":
    for i in range(30):
        out({"progress": {"stage": "loading", "message": "part %d" % i}})
        time.sleep(0.1)
elif load == "file":
    while not os.path.exists(starting["file"]):
        time.sleep(0.02)
out({"ready": {"protocol": int(starting.get("protocol", 2)), "concurrency": int(starting.get("concurrency", 16)),
               "version": "test 1",
               "memory_bytes": memory, **json.loads(starting.get("facts", "{}"))}})
while True:
    line = sys.stdin.buffer.readline()
    if deaf.is_set():
        time.sleep(1000)
    if not line:
        if starting.get("exit") == "late":
            time.sleep(1000)  # until SIGTERM
        os._exit(0)
    request = json.loads(line)
    if request["type"] == "generate":
        cancelled[request["id"]] = threading.Event()
        threading.Thread(target=generate, args=(request,), daemon=True).start()
    elif request["type"] == "cancel":
        if request["id"] in cancelled:
            cancelled[request["id"]].set()
    elif request["type"] == "ping":
        out({"id": request["id"], "pong": {"memory_bytes": memory}})
