// A server on node:http, or on node:net for echoes: one process, one loop.

import http from 'node:http';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { Content } from './content.js';
import { ECHO_HEADER, sleepUntil } from './trial.js';

const BACKLOG = 4096;
const UNITS = { us: 1e3, ms: 1e6, s: 1e9 };

const input = createInterface({ input: process.stdin });
input.once('line', (line) => serve(JSON.parse(line)));
input.once('close', () => process.exit(0)); // with connections open, too

function serve(plan) {
  if (plan.contract !== 1) throw new Error(`contract ${plan.contract} is not known`);
  const content = new Content(plan.content);
  const server =
    plan.protocol === 'http'
      ? http.createServer({ noDelay: true, keepAliveTimeout: 0 }, (...exchange) => answer(content, ...exchange))
      : net.createServer({ noDelay: true }, echo);
  const path = plan.address.startsWith('unix:') ? plan.address.slice('unix:'.length) : undefined;
  const colon = plan.address.lastIndexOf(':');
  const place = path ? { path } : { host: plan.address.slice(0, colon), port: Number(plan.address.slice(colon + 1)) };
  server.listen({ ...place, backlog: BACKLOG }, () => {
    const address = server.address();
    console.log('listening', path ? plan.address : `${address.address}:${address.port}`);
  });
}

/** Answers with a greeting or an operation's content, after the delay that is asked for. */
async function answer(content, request, response) {
  const [, query] = request.url.split('?', 2);
  const fields = new URLSearchParams(query);
  const delay = nanosecondsOf(fields.get('delay') ?? '0s');
  const size = Number(fields.get('size'));
  if (delay === undefined || !Number.isInteger(size) || size < 0) {
    response.writeHead(400).end();
    return;
  }
  const body = fields.has('size')
    ? content.of(Number(fields.get('op')), 0, size)
    : Buffer.from(`Hello, ${request.socket.remoteAddress ?? 'UNIX'}!`);
  if (delay > 0) await sleepFor(delay);
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length });
  response.end(body);
}

function sleepFor(nanoseconds) {
  return sleepUntil(process.hrtime.bigint() + BigInt(nanoseconds));
}

/** Reads a time such as `2ms`, in nanoseconds. */
function nanosecondsOf(text) {
  const match = /^(\d+)(us|ms|s)$/.exec(text);
  return match ? Number(match[1]) * UNITS[match[2]] : undefined;
}

/** Sends back the bytes of a connection, message by message. */
async function echo(socket) {
  socket.on('error', () => socket.destroy());
  let header = Buffer.alloc(0); // what has come of one
  let left = 0; // bytes of the message in hand that have not come
  try {
    for await (let bytes of socket) {
      while (bytes.length > 0) {
        if (left === 0) {
          bytes = Buffer.concat([header, bytes]);
          if (bytes.length < ECHO_HEADER) {
            header = bytes;
            break;
          }
          header = Buffer.alloc(0);
          left = bytes.readUInt32LE(8);
          if (left < ECHO_HEADER) return;
          const delay = bytes.readUInt32LE(12);
          if (delay > 0) await sleepFor(delay * 1e3);
        }
        const piece = bytes.subarray(0, left);
        left -= piece.length;
        bytes = bytes.subarray(piece.length);
        socket.write(piece);
      }
    }
  } catch (error) {
    if (error.code !== 'ECONNRESET' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
