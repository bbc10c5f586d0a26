// The content that both ends know: a pool, twice over, of which an operation has a stretch, round and round.

import { readFileSync } from 'node:fs';

const PERIOD = 65536;

export class Content {
  #pool;

  constructor(path) {
    this.#pool = readFileSync(path);
  }

  /** Bytes of an operation's content, as many as asked for. */
  of(number, offset, count) {
    const begin = (mix(number) + offset) % PERIOD;
    if (count <= PERIOD) return this.#pool.subarray(begin, begin + count);
    const period = this.#pool.subarray(begin, begin + PERIOD);
    return Buffer.alloc(count, period);
  }
}

/** The last 16 bits of the finaliser of SplitMix64. */
function mix(number) {
  let z = BigInt.asUintN(64, BigInt(number) + 0x9e3779b97f4a7c15n);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return Number((z ^ (z >> 31n)) & 0xffffn);
}
