/**
 * Sends hostile requests at a steady rate until it is stopped, and holds connections open that never finish what they say
 * or never read. In a process of its own, because to send some takes longer than to refuse them.
 * ENDPOINT=http://…/graphql PER_SECOND=10 PORT=4200.
 */
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { HOSTILE } from '../../../router/tests/hostile/requests.ts';
import { sendHostile } from './send.ts';

const { ENDPOINT = '', PER_SECOND, PORT } = process.env;
let sent = 0;

function attack(): void {
  const hostile = HOSTILE[sent % HOSTILE.length];
  if (hostile) sendHostile(ENDPOINT, hostile, 1_000 + sent++).catch(() => {});
}

/** A connection that never reads what comes. With `drip`, it says a byte a second more. */
function holdOpen(words: string, drip = false): void {
  const { hostname, port } = new URL(ENDPOINT);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => {});
  socket.pause().write(words);
  const timer = drip ? setInterval(() => socket.write(' '), 1_000) : undefined;
  socket.once('close', () => clearInterval(timer));
}

function post(body: string, length: number, accept: string): string {
  const head = ['POST /graphql HTTP/1.1', 'host: shop', 'content-type: application/json', `accept: ${accept}`];
  return [...head, `content-length: ${length}`, '', body].join('\r\n');
}

const SUBSCRIPTION = JSON.stringify({ query: 'subscription { slowReviews { id } }' });
const UPGRADE = [
  'GET /graphql HTTP/1.1',
  ...['host: shop', 'connection: upgrade', 'upgrade: websocket', 'sec-websocket-version: 13'],
  ...['sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-protocol: graphql-transport-ws', '', ''],
].join('\r\n');
const HELD_OF_EACH = 50;

for (let index = 0; index < HELD_OF_EACH; index++) {
  holdOpen(post('{"query":', 4_000, 'application/json'), true);
  holdOpen(post(SUBSCRIPTION, SUBSCRIPTION.length, 'text/event-stream'));
  holdOpen(UPGRADE);
}
setInterval(attack, 1_000 / Number(PER_SECOND));
// Answers how many it has sent.
createServer((_request, response) => response.end(String(sent))).listen(Number(PORT), '127.0.0.1');
