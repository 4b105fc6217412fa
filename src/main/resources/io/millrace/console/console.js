'use strict';
// The console: lists topics over REST and watches one over WebSocket. Everything that comes from a
// record is shown as text, never as markup.

const MAX_ROWS = 200;
const MAX_SHOWN_CHARACTERS = 2000;
const POLL_MS = 2000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8000;

const byId = (id) => document.getElementById(id);
const watch = {
  topic: null, socket: null, paused: false, received: 0, receivedBefore: 0, countedAt: 0,
  positions: new Map(), ends: new Map(), endsAt: 0, resumeToken: null, retryMs: FIRST_RETRY_MS,
};
let topics = [];

async function getJson(path) {
  const response = await fetch(path, {headers: {Accept: 'application/json'}});
  const body = await response.json();
  if (!response.ok) {
    throw new Error(body.error ? body.error.message : 'HTTP ' + response.status);
  }
  return body;
}

function notice(text) {
  byId('notice').textContent = text;
  byId('notice').hidden = !text;
}

function state(text, kind) {
  byId('state').textContent = text;
  byId('state').className = 'state ' + (kind || '');
}

function showTopics() {
  const wanted = byId('filter').value.toLowerCase();
  const list = byId('topics');
  list.replaceChildren();
  for (const topic of topics.filter((t) => t.name.toLowerCase().includes(wanted))) {
    const button = document.createElement('button');
    button.type = 'button';
    button.setAttribute('aria-current', String(topic.name === watch.topic));
    const name = document.createElement('span');
    name.textContent = topic.name;
    const count = document.createElement('small');
    count.textContent = topic.partitionCount + (topic.partitionCount === 1 ? ' partition' : ' partitions');
    button.append(name, count);
    button.addEventListener('click', () => choose(topic.name));
    const item = document.createElement('li');
    item.append(button);
    list.append(item);
  }
  byId('no-topics').hidden = topics.length > 0;
}

async function refresh() {
  try {
    const [cluster, listed] = await Promise.all([getJson('/v1/cluster'), getJson('/v1/topics')]);
    byId('cluster').textContent = 'cluster ' + cluster.clusterId + ', node ' + cluster.nodeId + ', '
        + cluster.state + ', ' + cluster.serverVersion;
    if (JSON.stringify(listed.topics) !== JSON.stringify(topics)) {
      topics = listed.topics;
      showTopics();
    }
    if (watch.topic !== null) {
      showPartitions(await getJson('/v1/topics/' + encodeURIComponent(watch.topic)));
    }
  } catch (error) {
    byId('cluster').textContent = 'no answer: ' + error.message;
  }
}

function cell(row, text, kind) {
  const td = document.createElement('td');
  td.textContent = text;
  if (kind) {
    td.className = kind;
  }
  row.append(td);
}

function showPartitions(topic) {
  if (topic.name !== watch.topic) {
    return;
  }
  const now = performance.now();
  let written = 0n;
  const rows = topic.partitions.map((partition) => {
    const end = BigInt(partition.endOffset || 0);
    const before = watch.ends.get(partition.partition);
    if (before !== undefined && end > before) {
      written += end - before;
    }
    watch.ends.set(partition.partition, end);
    const row = document.createElement('tr');
    cell(row, partition.partition, 'number');
    cell(row, partition.leader === null ? 'none' : partition.leader, 'number');
    cell(row, partition.startOffset || (partition.error && partition.error.name) || '', 'number');
    cell(row, partition.endOffset || '', 'number');
    const position = watch.positions.get(partition.partition);
    cell(row, position === undefined ? '' : position, 'number');
    return row;
  });
  byId('partitions').tBodies[0].replaceChildren(...rows);
  if (watch.endsAt > 0) {
    byId('in-rate').textContent = perSecond(Number(written), now - watch.endsAt);
  }
  watch.endsAt = now;
  showLag();
}

function perSecond(count, elapsedMs) {
  return Math.round((count * 1000) / Math.max(elapsedMs, 1)).toLocaleString('en');
}

function showLag() {
  let lag = 0n;
  for (const [partition, end] of watch.ends) {
    const position = watch.positions.get(partition);
    if (position !== undefined && end > position) {
      lag += end - position;
    }
  }
  byId('lag').textContent = lag.toLocaleString('en');
}

function showFigures() {
  const now = performance.now();
  byId('received').textContent = watch.received.toLocaleString('en');
  byId('rate').textContent = perSecond(watch.received - watch.receivedBefore, now - watch.countedAt);
  watch.receivedBefore = watch.received;
  watch.countedAt = now;
}

/** A key, value or header as text, JSON or base64, whichever the server wrote. */
function shown(record, name) {
  if (record[name] !== undefined && record[name] !== null) {
    return [clipped(record[name]), ''];
  }
  if (record[name + 'Base64'] !== undefined) {
    return [clipped(record[name + 'Base64']), 'none'];
  }
  return ['null', 'none'];
}

function clipped(text) {
  return text.length > MAX_SHOWN_CHARACTERS
      ? text.slice(0, MAX_SHOWN_CHARACTERS) + ' ... (' + text.length + ' characters)' : text;
}

function onRecords(message) {
  watch.received += message.records.length;
  watch.positions.set(message.partition, BigInt(message.nextOffset));
  const rows = message.records.slice(-MAX_ROWS).map((record) => {
    const row = document.createElement('tr');
    cell(row, message.partition, 'number');
    cell(row, record.offset, 'number');
    cell(row, new Date(Number(record.timestampMs)).toISOString().replace('T', ' '), '');
    cell(row, ...shown(record, 'key'));
    cell(row, ...shown(record, 'value'));
    return row;
  });
  const body = byId('records').tBodies[0];
  body.prepend(...rows.reverse());
  while (body.rows.length > MAX_ROWS) {
    body.deleteRow(-1);
  }
}

function onMessage(message) {
  switch (message.type) {
    case 'records':
      onRecords(message);
      break;
    case 'subscribed':
      message.positions.forEach((p) => watch.positions.set(p.partition, BigInt(p.nextOffset)));
      break;
    case 'caughtUp':
      watch.resumeToken = message.resumeToken;
      showLag();
      break;
    case 'gap':
      notice('Partition ' + message.partition + ': offsets ' + message.fromOffset + ' to '
          + (BigInt(message.toOffset) - 1n) + ' are left out (' + message.cause + ').');
      break;
    case 'goaway':
      notice('The server is about to stop: ' + message.cause + '.');
      break;
    case 'unsubscribed':
      notice('The stream has ended: ' + message.reason + '.');
      break;
    case 'error':
      notice(message.message);
      break;
    default:
      break;
  }
}

/** Where to begin: what was read stays read when a connection is lost. */
function start() {
  if (watch.resumeToken !== null) {
    return 'resume:' + watch.resumeToken;
  }
  return byId('from').value;
}

function connect() {
  const topic = watch.topic;
  const scheme = location.protocol === 'https:' ? 'wss://' : 'ws://';
  const url = scheme + location.host + '/v1/topics/' + encodeURIComponent(topic) + '?from='
      + encodeURIComponent(start());
  const socket = new WebSocket(url, 'millrace.json.v1');
  watch.socket = socket;
  state('connecting ...');
  socket.addEventListener('open', () => {
    state('live', 'live');
    watch.retryMs = FIRST_RETRY_MS;
  });
  socket.addEventListener('message', (event) => {
    if (watch.socket === socket) {
      onMessage(JSON.parse(event.data));
    }
  });
  socket.addEventListener('close', (event) => {
    if (watch.socket !== socket) {
      return;
    }
    watch.socket = null;
    state('lost (' + event.code + ')', 'lost');
    if (event.reason) {
      notice(event.reason);
    }
    if (!watch.paused) {
      setTimeout(() => watch.socket === null && watch.topic === topic && !watch.paused && connect(), watch.retryMs);
      watch.retryMs = Math.min(watch.retryMs * 2, LAST_RETRY_MS);
    }
  });
}

function disconnect() {
  const socket = watch.socket;
  watch.socket = null;
  if (socket !== null) {
    socket.close(1000);
  }
}

function choose(topic) {
  disconnect();
  Object.assign(watch, {
    topic, paused: false, received: 0, receivedBefore: 0, countedAt: performance.now(),
    positions: new Map(), ends: new Map(), endsAt: 0, resumeToken: null, retryMs: FIRST_RETRY_MS,
  });
  byId('topic').textContent = topic;
  byId('pause').disabled = false;
  byId('pause').textContent = 'Pause';
  byId('records').tBodies[0].replaceChildren();
  byId('partitions').tBodies[0].replaceChildren();
  byId('in-rate').textContent = '0';
  notice('');
  history.replaceState(null, '', '#' + encodeURIComponent(topic));
  showTopics();
  connect();
  refresh();
}

byId('filter').addEventListener('input', showTopics);
byId('from').addEventListener('change', () => watch.topic !== null && choose(watch.topic));
byId('pause').addEventListener('click', () => {
  watch.paused = !watch.paused;
  byId('pause').textContent = watch.paused ? 'Go on' : 'Pause';
  if (watch.paused) {
    disconnect();
    state('paused');
  } else {
    connect();
  }
});
setInterval(showFigures, 1000);
setInterval(refresh, POLL_MS);
refresh();
if (location.hash.length > 1) {
  choose(decodeURIComponent(location.hash.slice(1)));
}
