// A member of the classic protocol that is KafkaJS: node kafkajs-member.cjs BOOTSTRAP TOPIC GROUP NAME. It leaves when its standard input
// ends. What it reads it says before it commits it. It learns its generation from the answers that KafkaJS logs.
const fs = require('node:fs');
const { Kafka, logLevel } = require('kafkajs');

const [bootstrap, topic, groupId, name] = process.argv.slice(2);
let generation = -1;
let held = [];

// Synchronous: a line is said before what follows it is done. Of a millisecond the end, so that nothing is said to have begun too early.
function say(text, micros = 0) {
  fs.writeSync(1, `${Date.now() * 1000 + micros} ${text}\n`);
}

function letGo(word) {
  if (held.length > 0) say(`${word} ${held.join(',')}`);
  held = [];
}

const kafka = new Kafka({
  clientId: name,
  brokers: [bootstrap],
  logLevel: logLevel.DEBUG,
  logCreator: () => ({ level, log }) => {
    if (log.message.startsWith('Response JoinGroup') && log.data && log.data.generationId !== undefined) {
      generation = log.data.generationId;
    } else if (log.message.startsWith('Request LeaveGroup')) {
      letGo('revoked');
    } else if (log.message.startsWith('The coordinator is not aware of this member')) {
      letGo('lost');
    } else if (level <= logLevel.WARN) {
      say(`remark ${log.message} ${log.error || ''}`.replace(/\n/g, ' '));
    }
  },
  retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 100 },
});

const consumer = kafka.consumer({ groupId, sessionTimeout: 6000, rebalanceTimeout: 10000, heartbeatInterval: 300, maxWaitTimeInMs: 200 });
consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
  held = payload.memberAssignment[topic] || [];
  say(`assigned ${generation} ${held.join(',')}`, 999);
});
consumer.on(consumer.events.REBALANCING, () => letGo('revoked'));
consumer.on(consumer.events.CRASH, ({ payload }) => {
  say(`remark crash: ${payload.error.message}`.replace(/\n/g, ' '));
  letGo('revoked');
});
consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
  const positions = payload.topics.flatMap(({ partitions }) => partitions.map((p) => `${p.partition}:${p.offset}`));
  if (positions.length > 0) say(`committed ${positions.join(',')}`);
});

process.stdin.resume();
process.stdin.on('end', async () => {
  await consumer.stop();
  await consumer.disconnect();
  process.exit(0);
});

(async () => {
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommitThreshold: 1,
    eachBatchAutoResolve: true,
    eachBatch: async ({ batch }) => {
      if (batch.messages.length > 0) say(`read ${batch.partition} ${batch.firstOffset()} ${batch.lastOffset()}`);
    },
  });
})().catch((error) => {
  say(`remark ${error.message}`.replace(/\n/g, ' '));
  process.exit(1);
});
