// A client's side of the peer contract, version 1: the plan, the operations, the rows.

import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants as system } from 'node:os';
import { Content } from './content.js';

const ROW_SIZE = 32;
const WARM_UP = 1n << 63n;
const FOREVER = (1n << 63n) - 1n;
const FAULTS = ['', 'reset', 'truncate', 'stall', 'garbage', 'drip'];

export const ECHO_HEADER = 16;
/** The most bytes of a message to send before they come back. */
export const ECHO_WINDOW = 32768;

export const Outcome = Object.freeze({
  verified: 0,
  errno: 1,
  timeout: 2,
  wrongContent: 3,
  prematureEnd: 4,
  status: 5,
  malformed: 6,
  unexpectedBytes: 7,
  unfinished: 255,
});

/** An operation that was not verified. */
export class Failure extends Error {
  constructor(outcome, detail = 0) {
    super(`outcome ${outcome}, detail ${detail}`);
    this.outcome = outcome;
    this.detail = detail;
  }

  /** The outcome that an error of Node stands for. */
  static of(error) {
    if (error instanceof Failure) return error;
    if (error.code === 'ECONNRESET' && error.syscall === undefined) return new Failure(Outcome.prematureEnd);
    if (error.code in system.errno) return new Failure(Outcome.errno, system.errno[error.code]);
    if (error.code?.startsWith('HPE_')) return new Failure(Outcome.malformed);
    throw error;
  }
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function nextLine() {
  const { value, done } = await lines.next();
  if (done) process.exit(0);
  return value;
}

/** A running plan: its values, and the counters from which all lanes take operations. */
export class Trial {
  #starts;
  #delays;
  #faults;
  #rows;
  #count;
  #nextNumber = 0;
  #nextWarmUpNumber = 0;
  #nextPlace = 0;
  #start;
  #opens;
  #closes;

  static async read() {
    return new Trial(JSON.parse(await nextLine()));
  }

  constructor(plan) {
    if (plan.contract !== 1) fail(`contract ${plan.contract} is not known`);
    this.plan = plan;
    this.keepsConnections = plan.connection !== 'new';
    this.timeout = (plan.timeout_ns ?? 0) / 1e6;
    this.address = addressOf(plan.endpoint ?? ':0');
    this.content = plan.content && new Content(plan.content); // absent for sleep
    this.greeting = Buffer.from(plan.greeting ?? '');
    this.#starts = plan.starts && table(plan.starts, BigUint64Array);
    this.#delays = plan.delays && table(plan.delays, Uint32Array);
    this.#faults = plan.faults && table(plan.faults, Uint8Array);
    this.#count = plan.count ?? Infinity;
    if (plan.record !== false) this.#rows = new Rows(plan.capacity);
  }

  /** Reports that the lanes are connected, and returns at the start. */
  async ready() {
    console.log('ready');
    const [word, start] = (await nextLine()).split(' ');
    if (word !== 'start') process.exit(0);
    this.#start = BigInt(start);
    this.#opens = this.#start + BigInt(this.plan.warmup_ns ?? 0);
    this.#closes = this.plan.duration_ns === undefined ? FOREVER : this.#opens + BigInt(this.plan.duration_ns);
    await sleepUntil(this.#start);
  }

  /** Returns when the window ends by time. */
  async closed() {
    await (this.#closes === FOREVER ? new Promise(() => {}) : sleepUntil(this.#closes));
  }

  /** Writes the rows, says so, and ends when standard input does. */
  async end() {
    this.#rows?.save(this.plan.rows, this.#nextPlace);
    console.log('done');
    for (;;) await nextLine();
  }

  /** The next operation, which has begun; undefined if none is left. */
  take(lane) {
    const now = process.hrtime.bigint();
    if (now >= this.#closes) return undefined;
    const isWarmUp = !this.#starts && now < this.#opens;
    const number = isWarmUp ? this.#nextWarmUpNumber : this.#nextNumber;
    if ((!isWarmUp && number >= this.#count) || this.#nextPlace >= this.plan.capacity) return undefined;
    if (this.#starts && this.#due(number) >= this.#closes) return undefined;
    if (isWarmUp) this.#nextWarmUpNumber += 1;
    else this.#nextNumber += 1;
    const operation = { number, place: this.#nextPlace++ };
    const label = isWarmUp ? BigInt(number) | WARM_UP : BigInt(number);
    this.#rows?.begin(operation.place, label, lane, this.#starts ? 0n : now);
    return this.#starts ? this.#begunWhenDue(operation, label, lane) : operation;
  }

  /** An open loop has one schedule, warm-up included. */
  async #begunWhenDue(operation, label, lane) {
    await sleepUntil(this.#due(operation.number));
    const now = process.hrtime.bigint();
    if (now < this.#closes) this.#rows?.begin(operation.place, label, lane, now);
    return operation;
  }

  #due(number) {
    return number < this.#starts.length ? this.#start + this.#starts[number] : FOREVER;
  }

  /** Records how an operation ended, unless the window ended first. */
  finish(operation, failure) {
    const now = process.hrtime.bigint();
    if (now < this.#closes) this.#rows?.end(operation.place, now, failure?.outcome ?? 0, failure?.detail ?? 0);
  }

  #delay(number) {
    return this.#delays ? this.#delays[number] : (this.plan.delay_us ?? 0);
  }

  /** Whether the server must fail this operation. It is never repeated, because the server counts its faults. */
  asksForFault(number) {
    return this.#fault(number) !== 0;
  }

  #fault(number) {
    return this.#faults ? this.#faults[number] : 0;
  }

  /** An operation's echo message. */
  message(number) {
    const { size } = this.plan;
    const message = Buffer.allocUnsafe(size);
    message.writeUIntLE(number, 0, 6);
    message.writeUInt8(0, 6);
    message.writeUInt8(this.#fault(number), 7);
    message.writeUInt32LE(size, 8);
    message.writeUInt32LE(this.#delay(number), 12);
    this.content.of(number, ECHO_HEADER, size - ECHO_HEADER).copy(message, ECHO_HEADER);
    return message;
  }

  /** The target of an operation's request. */
  target(number) {
    const fields = [];
    const fault = this.#fault(number);
    const delay = this.#delay(number);
    if (fault) fields.push(`fault=${FAULTS[fault]}`);
    if (delay) fields.push(`delay=${delay}us`);
    if (this.plan.size !== undefined) fields.push(`size=${this.plan.size}`);
    return fields.length > 0 ? `/?${fields.join('&')}&op=${number}` : '/';
  }

  /** Throws what is wrong with the reply to an operation. */
  verify(number, status, body) {
    if (status < 200 || status > 299) throw new Failure(Outcome.status, status);
    const { size } = this.plan;
    const expected = size === undefined ? this.greeting : this.content.of(number, 0, size);
    if (!expected.equals(body)) throw new Failure(Outcome.wrongContent);
  }
}

/** The rows, which are written to their file in the end: Node has no mapped files. */
class Rows {
  #quads;
  #words;
  #halves;

  constructor(capacity) {
    const bytes = new ArrayBuffer(capacity * ROW_SIZE);
    this.#quads = new BigUint64Array(bytes);
    this.#words = new Uint32Array(bytes);
    this.#halves = new Uint16Array(bytes);
  }

  /** An operation is unfinished until it ends, and `now` is 0 until its time has come. */
  begin(place, label, lane, now) {
    this.#quads[4 * place] = label;
    this.#quads[4 * place + 1] = now;
    this.#halves[16 * place + 12] = Outcome.unfinished;
    this.#words[8 * place + 7] = lane;
  }

  end(place, now, outcome, detail) {
    this.#quads[4 * place + 2] = now;
    this.#halves[16 * place + 12] = outcome;
    this.#halves[16 * place + 13] = detail;
  }

  save(path, count) {
    const file = openSync(path, 'r+');
    const bytes = new Uint8Array(this.#quads.buffer, 0, count * ROW_SIZE);
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    closeSync(file);
  }
}

/** Carries a trial out: an asynchronous function per conversation, each a lane. */
export async function run(trial, conversations) {
  if (trial.keepsConnections) {
    try {
      await Promise.all(conversations.map((conversation) => conversation.connect()));
    } catch (error) {
      fail(error);
    }
  }
  const permits = trial.plan.limit ? new Semaphore(trial.plan.limit) : undefined;
  await trial.ready();
  const lanes = conversations.map((conversation, lane) => runLane(trial, lane, conversation, permits));
  await Promise.race([Promise.all(lanes), trial.closed()]);
  await trial.end();
}

async function runLane(trial, lane, conversation, permits) {
  for (;;) {
    if (permits) await permits.acquire();
    try {
      const taken = trial.take(lane);
      const operation = taken instanceof Promise ? await taken : taken;
      if (!operation) return;
      try {
        await conversation.run(operation.number);
        trial.finish(operation);
      } catch (error) {
        conversation.close();
        trial.finish(operation, Failure.of(error));
      }
    } finally {
      permits?.release();
    }
  }
}

class Semaphore {
  #free;
  #waiting = [];

  constructor(permits) {
    this.#free = permits;
  }

  acquire() {
    if (this.#free > 0) {
      this.#free -= 1;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  release() {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}

/** The workload that needs no connection. */
export class Sleeper {
  #duration;

  constructor(trial) {
    this.#duration = BigInt(trial.plan.sleep_ns);
  }

  connect() {}

  run() {
    return sleepUntil(process.hrtime.bigint() + this.#duration);
  }

  close() {}
}

function addressOf(endpoint) {
  if (endpoint.startsWith('unix:')) return { path: endpoint.slice('unix:'.length) };
  const colon = endpoint.lastIndexOf(':');
  return { host: endpoint.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(endpoint.slice(colon + 1)) };
}

function table(path, Type) {
  const bytes = readFileSync(path);
  return new Type(bytes.buffer, bytes.byteOffset, bytes.length / Type.BYTES_PER_ELEMENT);
}

/** One sleep may not be enough: timers, of whole milliseconds, can end too early. */
export async function sleepUntil(instant) {
  for (let now = process.hrtime.bigint(); now < instant; now = process.hrtime.bigint()) {
    await sleep(Number(instant - now) / 1e6);
  }
}

/** Tells the harness why the client cannot start, and exits. */
export function fail(reason) {
  console.log(`failed ${String(reason).replace(/\s+/g, ' ')}`);
  process.exit(0);
}
