// The checks that run.sh runs one by one: node checks.cjs BOOTSTRAP NAME, or --list.
const assert = require('node:assert/strict');
const { Kafka, CompressionTypes, ConfigResourceTypes, Partitioners, logLevel } = require('kafkajs');

const bootstrap = process.argv[2];
const tag = `${process.pid}-${Math.floor(Math.random() * 1e6)}`;
const kafka = new Kafka({ clientId: 'compat', brokers: [bootstrap], logLevel: logLevel.ERROR });

async function withAdmin(work) {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

async function createTopic(name, numPartitions = 1, configEntries = []) {
  await withAdmin((admin) =>
    admin.createTopics({ topics: [{ topic: name, numPartitions, replicationFactor: 1, configEntries }] }));
}

async function send(topic, messages, { producerOptions = {}, ...options } = {}) {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, ...producerOptions });
  await producer.connect();
  try {
    return await producer.send({ topic, messages, ...options });
  } finally {
    await producer.disconnect();
  }
}

function numbered(count) {
  return Array.from({ length: count }, (_, i) => ({ key: `k${i % 7}`, value: `v${i}`, headers: { n: String(i) } }));
}

/** Reads with a group until `done` says so; answers what was read. */
async function readUntil(topic, groupId, done, options = {}) {
  const consumer = kafka.consumer({ groupId, sessionTimeout: 10000, rebalanceTimeout: 10000, ...options });
  const read = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic].flat(), fromBeginning: true });
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer.run({
      autoCommitThreshold: 50,
      eachMessage: async ({ topic: of, partition, message }) => {
        read.push({
          topic: of,
          partition,
          offset: Number(message.offset),
          key: message.key && message.key.toString(),
          value: message.value && message.value.toString(),
          headers: message.headers,
        });
        if (done(read)) resolve();
      },
    }).catch(reject);
  });
  await consumer.stop();
  await consumer.disconnect();
  return read;
}

function assertAll(read, messages) {
  assert.deepEqual(read.map((r) => r.value).sort(), messages.map((m) => m.value).sort());
  for (const key of new Set(messages.map((m) => m.key))) {
    assert.deepEqual(
      read.filter((r) => r.key === key).map((r) => r.value),
      messages.filter((m) => m.key === key).map((m) => m.value));
  }
}

const checks = {
  async 'produces-and-reads-in-a-group'() {
    const topic = `js-basic-${tag}`;
    await createTopic(topic, 3);
    await send(topic, numbered(300));
    const read = await readUntil(topic, `g-${topic}`, (r) => r.length === 300);
    assertAll(read, numbered(300));
    assert.equal(read.find((r) => r.value === 'v42').headers.n.toString(), '42');
  },

  async 'acks-0-1-all'() {
    for (const acks of [0, 1, -1]) {
      const topic = `js-acks${acks}-${tag}`;
      await createTopic(topic);
      await send(topic, numbered(50), { acks });
      assertAll(await readUntil(topic, `g-${topic}`, (r) => r.length === 50), numbered(50));
    }
  },

  async 'gzip'() {
    const topic = `js-gzip-${tag}`;
    await createTopic(topic);
    await send(topic, numbered(500), { compression: CompressionTypes.GZIP });
    assertAll(await readUntil(topic, `g-${topic}`, (r) => r.length === 500), numbered(500));
  },

  async 'idempotent-producer'() {
    const topic = `js-idem-${tag}`;
    await createTopic(topic);
    const producer = kafka.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    for (let i = 0; i < 20; i++) {
      const [{ baseOffset }] = await producer.send({ topic, messages: [{ value: `v${i}` }] });
      assert.equal(Number(baseOffset), i);
    }
    await producer.disconnect();
  },

  async 'goes-on-where-it-committed'() {
    const topic = `js-resume-${tag}`;
    await createTopic(topic);
    await send(topic, numbered(100));
    await readUntil(topic, `g-${topic}`, (r) => r.length === 100);
    await send(topic, [{ key: 'k', value: 'after' }]);
    const read = await readUntil(topic, `g-${topic}`, (r) => r.length === 1);
    assert.deepEqual(read.map((r) => r.value), ['after']);
  },

  async 'two-members-share-and-one-takes-over'() {
    const topic = `js-share-${tag}`;
    const groupId = `g-${topic}`;
    await createTopic(topic, 4);
    const seen = new Set();
    const owners = new Map();
    const start = async (name) => {
      const consumer = kafka.consumer({ groupId, sessionTimeout: 10000, rebalanceTimeout: 10000, heartbeatInterval: 500 });
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => owners.set(name, (payload.memberAssignment[topic] || []).length));
      await consumer.run({ eachMessage: async ({ message }) => { seen.add(message.value.toString()); } });
      return consumer;
    };
    const until = async (condition, what) => {
      const deadline = Date.now() + 45000;
      while (!condition()) {
        assert.ok(Date.now() < deadline, `in time: ${what}; owners ${JSON.stringify([...owners])}, seen ${seen.size}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const first = await start('first');
    await until(() => owners.get('first') === 4, 'the first owns all');
    const second = await start('second');
    await until(() => owners.get('first') === 2 && owners.get('second') === 2, 'both own half');
    await send(topic, numbered(200));
    await until(() => seen.size === 200, 'all are read');
    await first.disconnect();
    await until(() => owners.get('second') === 4, 'the second owns all');
    await second.disconnect();
  },

  async 'seek-pause-resume'() {
    const topic = `js-seek-${tag}`;
    await createTopic(topic);
    await send(topic, numbered(50));
    const consumer = kafka.consumer({ groupId: `g-${topic}` });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const read = [];
    await new Promise((resolve) => {
      consumer.run({ eachMessage: async ({ message }) => { read.push(Number(message.offset)); if (read.at(-1) === 49) resolve(); } });
      consumer.seek({ topic, partition: 0, offset: '40' });
    });
    assert.deepEqual(read, [40, 41, 42, 43, 44, 45, 46, 47, 48, 49]);
    consumer.pause([{ topic }]);
    await send(topic, [{ value: 'later' }]);
    assert.equal(read.length, 10);
    await new Promise((resolve) => {
      const timer = setInterval(() => { if (read.length === 11) { clearInterval(timer); resolve(); } }, 20);
      consumer.resume([{ topic }]);
    });
    await consumer.disconnect();
  },

  async 'compacted-topic'() {
    const topic = `js-compacted-${tag}`;
    await createTopic(topic, 1, [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'min.cleanable.dirty.ratio', value: '0.01' },
      { name: 'segment.ms', value: '100' },
    ]);
    for (let round = 0; round < 5; round++) {
      await send(topic, Array.from({ length: 20 }, (_, i) => ({ key: `k${i}`, value: round === 4 && i === 0 ? null : `${round}` })));
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    await assert.rejects(send(topic, [{ value: 'no key' }], { producerOptions: { retry: { retries: 0 } } }), /INVALID_RECORD|record/i);
    // Until it is compacted: of the rounds that are closed, the last is left, with offsets that are missing before it.
    let read;
    const deadline = Date.now() + 60000;
    do {
      assert.ok(Date.now() < deadline, `compacted in time; ${read && read.length} records left`);
      await send(topic, [{ key: 'last', value: `${Date.now()}` }]);
      read = await readUntil(topic, `g-${topic}-${Date.now()}`, (r) => r.at(-1).key === 'last' && r.filter((x) => x.key === 'k19').at(-1)?.value === '4');
    } while (read.filter((r) => r.key === 'k5').length > 1);
    const latest = new Map(read.map((r) => [r.key, r.value]));
    for (let i = 1; i < 20; i++) assert.equal(latest.get(`k${i}`), '4');
    assert.ok(!latest.get('k0'), 'the tombstone deletes');
    assert.ok(read[0].offset >= 60, `offsets are kept: ${read[0].offset}`);
    for (let i = 1; i < read.length; i++) assert.ok(read[i].offset > read[i - 1].offset);
  },

  async 'admin-topics'() {
    const topic = `js-admin-${tag}`;
    await withAdmin(async (admin) => {
      assert.equal(await admin.createTopics({ topics: [{ topic, numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '3600000' }] }] }), true);
      assert.equal(await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] }), false);
      assert.ok((await admin.listTopics()).includes(topic));
      await admin.createPartitions({ topicPartitions: [{ topic, count: 5 }] });
      const { topics: [described] } = await admin.fetchTopicMetadata({ topics: [topic] });
      assert.equal(described.partitions.length, 5);
      const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
      const before = (await admin.describeConfigs({ resources: [resource] })).resources[0].configEntries;
      assert.equal(before.find((entry) => entry.configName === 'retention.ms').configValue, '3600000');
      assert.ok(before.find((entry) => entry.configName === 'max.message.bytes').isDefault);
      await admin.alterConfigs({ resources: [{ ...resource, configEntries: [{ name: 'segment.bytes', value: '2000000' }] }] });
      const after = (await admin.describeConfigs({ resources: [resource] })).resources[0].configEntries;
      assert.equal(after.find((entry) => entry.configName === 'segment.bytes').configValue, '2000000');
      assert.equal(after.find((entry) => entry.configName === 'retention.ms').configValue, '604800000');
      await admin.deleteTopics({ topics: [topic] });
      assert.ok(!(await admin.listTopics()).includes(topic));
    });
  },

  async 'admin-offsets-and-records'() {
    const topic = `js-offsets-${tag}`;
    const groupId = `g-${topic}`;
    await createTopic(topic);
    await send(topic, numbered(30));
    await readUntil(topic, groupId, (r) => r.length === 30);
    await withAdmin(async (admin) => {
      const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
      assert.equal(partitions[0].offset, '30');
      const [end] = await admin.fetchTopicOffsets(topic);
      assert.deepEqual([end.low, end.high], ['0', '30']);
      await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '10' }] });
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '5' }] });
      assert.equal((await admin.fetchTopicOffsets(topic))[0].low, '5');
    });
    const again = await readUntil(topic, groupId, (r) => r.length === 20);
    assert.equal(again[0].offset, 10);
  },

  async 'admin-groups'() {
    const topic = `js-groups-${tag}`;
    const groupId = `g-${topic}`;
    await createTopic(topic);
    await send(topic, numbered(5));
    await readUntil(topic, groupId, (r) => r.length === 5);
    await withAdmin(async (admin) => {
      assert.ok((await admin.listGroups()).groups.some((group) => group.groupId === groupId));
      const { groups: [described] } = await admin.describeGroups([groupId]);
      assert.equal(described.state, 'Empty');
      assert.equal((await admin.deleteGroups([groupId]))[0].errorCode, 0);
      assert.ok(!(await admin.listGroups()).groups.some((group) => group.groupId === groupId));
    });
  },

  async 'cluster-is-described'() {
    await withAdmin(async (admin) => {
      const cluster = await admin.describeCluster();
      assert.equal(cluster.brokers.length, 1);
      assert.ok(cluster.clusterId.length > 0);
      assert.equal(cluster.controller, cluster.brokers[0].nodeId);
    });
  },
};

if (process.argv[2] === '--list') {
  console.log(Object.keys(checks).join('\n'));
} else {
  checks[process.argv[3]]().then(
    () => process.exit(0),
    (error) => { console.error(error); process.exit(1); });
}
