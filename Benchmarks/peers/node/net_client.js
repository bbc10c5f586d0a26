// A client on node:net: a socket per lane, whose 'data' events settle a promise per reply.

import net from 'node:net';
import { ECHO_WINDOW, Failure, Outcome, Sleeper, Trial, run } from './trial.js';

/** A reused connection was closed before any byte of the reply, and the operation may be repeated. */
class Stale extends Failure {}

class Connection {
  #socket;
  #isUsed = false;
  #isRepeatable = false;
  #received = [];
  #receivedLength = 0;
  #waiting;

  constructor(trial) {
    this.trial = trial;
  }

  connect() {
    if (this.#socket) return undefined;
    return new Promise((resolve, reject) => {
      const socket = net.connect({ ...this.trial.address, noDelay: true });
      this.#socket = socket;
      this.#isUsed = false;
      socket.once('connect', resolve);
      socket.once('error', reject);
      socket.on('data', (bytes) => this.#take(bytes));
      socket.on('error', (error) => this.#lost(socket, error));
      socket.on('close', () => this.#lost(socket, new Failure(Outcome.prematureEnd)));
    });
  }

  close() {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #lost(socket, error) {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    const isStale = this.#isRepeatable && this.#receivedLength === 0;
    this.#waiting?.reject(isStale ? new Stale(Outcome.prematureEnd) : error);
  }

  #take(bytes) {
    if (!this.#waiting) {
      this.close(); // nobody asked
      return;
    }
    this.#received.push(bytes);
    this.#receivedLength += bytes.length;
    try {
      const reply = this.#waiting.parse(this.#inOnePiece());
      if (reply !== undefined) this.#waiting.resolve(reply);
    } catch (failure) {
      this.#waiting.reject(failure);
    }
  }

  /** What has come since the request was sent, in one piece. */
  #inOnePiece() {
    if (this.#received.length > 1) this.#received = [Buffer.concat(this.#received)];
    return this.#received[0];
  }

  /** Sends bytes and returns what `parse` finds in those that come; it finds undefined until they are enough. */
  async request(bytes, parse) {
    const socket = this.#socket;
    this.#received = [];
    this.#receivedLength = 0;
    let timer;
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject, parse };
        if (this.trial.timeout > 0) {
          timer = setTimeout(() => reject(new Failure(Outcome.timeout)), this.trial.timeout);
        }
        socket.write(bytes);
      });
    } finally {
      this.#waiting = undefined;
      clearTimeout(timer);
    }
  }

  async run(number) {
    try {
      await this.#attempt(number);
    } catch (error) {
      if (!(error instanceof Stale)) throw error;
      this.close();
      await this.#attempt(number);
    }
    this.#isUsed = true;
    if (!this.trial.keepsConnections) this.close();
  }

  async #attempt(number) {
    await this.connect();
    this.#isRepeatable = this.#isUsed && !this.trial.asksForFault(number);
    await this.exchange(number);
  }
}

class Echo extends Connection {
  async exchange(number) {
    const message = this.trial.message(number);
    for (let offset = 0; offset < message.length; offset += ECHO_WINDOW) {
      const piece = message.subarray(offset, offset + ECHO_WINDOW);
      const reply = await this.request(piece, (bytes) => {
        if (bytes.length > piece.length) throw new Failure(Outcome.unexpectedBytes);
        return bytes.length === piece.length ? bytes : undefined;
      });
      if (!reply.equals(piece)) throw new Failure(Outcome.wrongContent);
    }
  }
}

const LONGEST_HEAD = 65536;

class HTTP extends Connection {
  #fields;

  constructor(trial) {
    super(trial);
    const { address } = trial;
    const authority = address.path ? 'localhost' : `${address.host}:${address.port}`;
    const close = trial.keepsConnections ? '' : 'Connection: close\r\n';
    this.#fields = ` HTTP/1.1\r\nHost: ${authority}\r\n${close}\r\n`;
  }

  async exchange(number) {
    const { status, body } = await this.request(`GET ${this.trial.target(number)}${this.#fields}`, parseReply);
    this.trial.verify(number, status, body);
  }
}

/** The status and the body of a reply; undefined where bytes of it are missing. */
function parseReply(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) {
    const begin = bytes.toString('latin1', 0, 5);
    if (bytes.length > LONGEST_HEAD || !'HTTP/'.startsWith(begin)) throw new Failure(Outcome.malformed);
    return undefined;
  }
  const head = bytes.toString('latin1', 0, end);
  const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1];
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (status === undefined || length === undefined) throw new Failure(Outcome.malformed);
  const bodyAt = end + 4;
  const missing = bodyAt + Number(length) - bytes.length;
  if (missing < 0) throw new Failure(Outcome.unexpectedBytes);
  return missing === 0 ? { status: Number(status), body: bytes.subarray(bodyAt) } : undefined;
}

const trial = await Trial.read();
const Conversation = { sleep: Sleeper, echo: Echo, http: HTTP }[trial.plan.workload];
await run(trial, Array.from({ length: trial.plan.lanes }, () => new Conversation(trial)));
