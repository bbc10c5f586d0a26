// A client on node:http: one Agent that keeps connections alive, for all lanes. It decides which lane has which
// connection, and connects when one is asked for.

import http from 'node:http';
import { Failure, Outcome, Trial, run } from './trial.js';

class Fetcher {
  #trial;
  #agent;

  constructor(trial, agent) {
    this.#trial = trial;
    this.#agent = agent;
  }

  connect() {}

  async run(number) {
    const { status, body } = await this.#get(this.#trial.target(number));
    this.#trial.verify(number, status, body);
  }

  #get(path) {
    const { address, timeout } = this.#trial;
    const target = address.path ? { socketPath: address.path } : address;
    return new Promise((resolve, reject) => {
      const request = http.get({ ...target, path, agent: this.#agent, timeout }, (response) => {
        const pieces = [];
        response.on('data', (piece) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(pieces) }));
      });
      request.on('timeout', () => request.destroy(new Failure(Outcome.timeout)));
      request.on('error', reject);
    });
  }

  close() {}
}

const trial = await Trial.read();
const agent = new http.Agent({ keepAlive: trial.keepsConnections, maxFreeSockets: trial.plan.lanes });
await run(trial, Array.from({ length: trial.plan.lanes }, () => new Fetcher(trial, agent)));
