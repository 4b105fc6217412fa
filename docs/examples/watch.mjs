// Watches a topic: prints its records as they arrive, at the pace at which they can be printed. When the broker is
// killed and comes back, it goes on where it was, with nothing lost and nothing twice.
//
//   node watch.mjs TOPIC [ws://127.0.0.1:8080/v1/stream]
//
// Written against docs/stream-protocol.md. Node 22 and later have WebSocket; before that: npm install ws
import { once } from 'node:events';

const [topic, url = 'ws://127.0.0.1:8080/v1/stream'] = process.argv.slice(2);
if (!topic) {
  console.error('usage: node watch.mjs TOPIC [URL]');
  process.exit(2);
}
const WebSocket = globalThis.WebSocket ?? (await import('ws')).default;

const CREDIT_RECORDS = 1000;
const CREDIT_BYTES = 1 << 20;
const RETRY_MS = 500;
const RETRY_MAX_MS = 10_000;

const positions = new Map(); // partition -> the next offset that we want
let retryMs = RETRY_MS;

function subscription() {
  const stream = { type: 'subscribe', streamId: 1, topics: [topic], creditRecords: CREDIT_RECORDS, creditBytes: CREDIT_BYTES };
  if (positions.size === 0) return { ...stream, start: 'earliest' };
  const offsets = [...positions].map(([partition, offset]) => ({ topic, partition, offset }));
  return { ...stream, start: 'offsets', offsets };
}

async function print(records) {
  const lines = records.map((r) => `${r.key ?? r.keyBase64 ?? ''}\t${r.value ?? r.valueBase64 ?? ''}\n`).join('');
  if (!process.stdout.write(lines)) await once(process.stdout, 'drain');
}

/** Handles one message; what it returns is sent. */
async function answer(message) {
  switch (message.type) {
    case 'subscribed':
      retryMs = RETRY_MS;
      message.positions.forEach((p) => positions.set(p.partition, p.nextOffset));
      return null;
    case 'records':
      await print(message.records);
      positions.set(message.partition, message.nextOffset);
      // Give back what this message used, now that it is printed: that is all there is to back-pressure.
      return { type: 'credit', streamId: 1, records: message.creditRecords, bytes: message.creditBytes };
    case 'gap':
      console.error(`offsets ${message.fromOffset} to ${message.toOffset} of partition ${message.partition} are gone: ${message.cause}`);
      if (message.cause !== 'deleted') positions.set(message.partition, message.toOffset);
      return null;
    case 'caughtUp':
      console.error('caught up; waiting for more');
      return null;
    case 'unsubscribed':
      console.error(`topic ${topic} was deleted`);
      return process.exit(0);
    case 'error':
      console.error(`${message.name}: ${message.message}`);
      return message.retriable && message.name !== 'UNKNOWN_TOPIC_OR_PARTITION' ? null : process.exit(1);
    default: // welcome, throttle, goaway: nothing to do but to go on, or to connect again when it closes
      return null;
  }
}

function connect() {
  const socket = new WebSocket(url, ['millrace.json.v1']);
  let handled = Promise.resolve();
  const send = (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
  socket.onopen = () => {
    send({ type: 'hello', minVersion: 1, maxVersion: 1, clientId: 'watch.mjs', features: [] });
    send(subscription());
  };
  // One after the other, so that what was received is printed, and counted, before a new connection begins.
  socket.onmessage = (event) => {
    handled = handled.then(async () => {
      const reply = await answer(JSON.parse(event.data));
      if (reply) send(reply);
    });
  };
  socket.onerror = () => {}; // always followed by close
  socket.onclose = async (event) => {
    await handled;
    console.error(`disconnected (${event.code} ${event.reason || 'no reason'}); again in ${retryMs} ms`);
    setTimeout(connect, retryMs);
    retryMs = Math.min(2 * retryMs, RETRY_MAX_MS);
  };
}

connect();
