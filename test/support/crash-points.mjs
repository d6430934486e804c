// Makes a control plane die by SIGKILL at a step: before or after one commit, one word to the streams, or one ACK or
// refusal of theirs. A folder tells it when: `plan.json` holds { from, at, nth }: `from` is the reason of the change whose
// commit the counting begins with (or `start`), `at` the step to die at (null: none), and `nth` which of that name.
// Steps that are passed are written to `points`, one a line; on SIGUSR2 what is stored is summed up in `state.json`.
// `spoils`, a node group: the next cluster that is new there is given a time-out that no Envoy takes.
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs'

/** What stands around the engine of a trial. */
export function crashPoints(folder) {
  const passed = new Map()
  let text = readFileSync(join(folder, 'plan.json'), 'utf8')
  let plan = JSON.parse(text)
  let counts = plan.from === 'start'
  /** A new plan begins with the commit that it names. */
  const look = (reason) => {
    const next = readFileSync(join(folder, 'plan.json'), 'utf8')
    if (next !== text) {
      text = next
      plan = JSON.parse(text)
      passed.clear()
      counts = false
    }
    counts ||= plan.from === reason
  }

  const pass = (point) => {
    if (!counts) return
    const nth = passed.get(point) ?? 0
    passed.set(point, nth + 1)
    appendFileSync(join(folder, 'points'), `${point}\n`)
    if (plan.at !== point || plan.nth !== nth) return
    process.kill(process.pid, 'SIGKILL')
    // The signal is on its way; nothing else may happen.
    for (;;);
  }
  const around = (name, act) => {
    pass(`before ${name}`)
    act()
    pass(`after ${name}`)
  }

  return {
    /** With `holds` in the plan the state is not loaded before the file `go` is there. */
    async loading() {
      while (plan.holds === true && !existsSync(join(folder, 'go')))
        await new Promise((go) => setTimeout(go, 5))
    },
    store(store) {
      process.on('SIGUSR2', () => sumUp(folder, store))
      return {
        ...store,
        async commit(change) {
          if (change.revision !== undefined) look(change.revision.reason)
          if (counts && plan.spoils !== undefined && change.revision?.verb === 'apply')
            chooseSpoilt(folder, plan.spoils, change.generations ?? [], store.view())
          const name = `commit ${nameOf(change)}`
          pass(`before ${name}`)
          const outcome = await store.commit(change)
          pass(`after ${name}`)
          return outcome
        },
      }
    },
    decider: (decider) => ({
      send(message) {
        around(`saying ${wordOf(message)}`, () => decider.send(spoil(folder, message)))
      },
      receive(listener) {
        const sent = new Set()
        decider.receive((message) => {
          const word = heardOf(message, sent)
          if (word === undefined) listener(message)
          else around(word, () => listener(message))
        })
      },
    }),
  }
}

/** What a commit writes: `switch, push switching`. */
function nameOf({ revision, records = {}, generations = [] }) {
  const tables = new Set()
  for (const { table, value } of records.put ?? []) {
    tables.add(table === 'push' ? (value.phase === undefined ? '' : `push ${value.phase}`) : table)
  }
  for (const { table } of records.delete ?? []) if (table !== 'push') tables.add(`${table} over`)
  tables.delete('')
  const made = generations.length === 0 ? [] : ['generations']
  return [...(revision === undefined ? [] : [revision.verb]), ...[...tables].sort(), ...made].join(', ')
}

const short = (type) => type.split('.').at(-1)

function wordOf(message) {
  switch (message.kind) {
    case 'publish':
    case 'closed':
      return `${message.kind} ${message.group.split('/')[1]}`
    case 'doubt':
    case 'trust':
      return `${message.kind} ${message.node} ${short(message.type)}`
    default:
      return message.kind
  }
}

/** ACKs, refusals and what opens and ends a stream; undefined: of no weight. `sent`: what is not answered yet. */
function heardOf(message, sent) {
  const answered = `${message.stream} ${message.type}`
  switch (message.kind) {
    case 'sent':
      sent.add(answered)
      return undefined
    case 'holds':
      return sent.delete(answered) ? `ACK of ${message.node} ${short(message.type)}` : undefined
    case 'nacked':
      return `NACK of ${message.node} ${short(message.type)}`
    case 'repaired':
      return `repair of ${message.node} ${short(message.type)}`
    case 'opened':
      return `stream of ${message.node.id}`
    case 'placed':
      return `place of ${message.node}`
    default:
      return undefined
  }
}

function sumUp(folder, store) {
  const view = store.view()
  const text = ([, object]) => JSON.stringify(object)
  const sum = {
    revision: view.revision,
    heads: [...view.heads].map(text).sort(),
    applied: [...view.applied].map(text).sort(),
    generations: Object.fromEntries(
      [...view.generations].map(([group, kept]) => [group, kept.at(-1)?.number]),
    ),
    closed: Object.fromEntries(
      [...view.records('closed')].map(([group, { generation }]) => [group, generation]),
    ),
    unfinished: [...view.records('push')].flatMap(([key, { endedAt }]) =>
      endedAt === undefined ? [key] : [],
    ),
    retirements: [...view.records('retirement').keys()],
    refusals: [...view.records('refusal').keys()],
  }
  // Whole or not there: it is read while it is made.
  writeFileSync(join(folder, 'state.json.new'), JSON.stringify(sum))
  renameSync(join(folder, 'state.json.new'), join(folder, 'state.json'))
}

const clusterType = 'type.googleapis.com/envoy.config.cluster.v3.Cluster'

/** Which clusters are spoilt, in every process that reads the folder: `group name`. */
function spoilt(folder) {
  const file = join(folder, 'spoilt.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
}

/** Spoils the clusters that are new in a group with these generations. */
function chooseSpoilt(folder, group, generations, view) {
  const before = view.generations.get(group)?.at(-1)?.types.get(clusterType)?.entries ?? new Map()
  const added = generations
    .filter((generation) => generation.group === group)
    .flatMap(({ types }) => [...(types.get(clusterType)?.entries.keys() ?? [])])
    .filter((name) => !before.has(name))
    .map((name) => `${group} ${name}`)
  if (added.length > 0)
    writeFileSync(join(folder, 'spoilt.json'), JSON.stringify([...spoilt(folder), ...added]))
}

/** A publication as it leaves, with what is spoilt of it. */
function spoil(folder, message) {
  const clusters = message.kind === 'publish' ? message.types[clusterType] : undefined
  if (clusters === undefined) return message
  const bad = new Set(spoilt(folder))
  const put = clusters.put.map((each) =>
    bad.has(`${message.group} ${each.name}`) ? { ...each, body: withBadTimeout(each.body) } : each,
  )
  return { ...message, types: { ...message.types, [clusterType]: { ...clusters, put } } }
}

/** The encoded Any with a Cluster whose connect_timeout (field 4) is a second below zero. */
function withBadTimeout(body) {
  const reader = protobuf.Reader.create(body)
  let value = new Uint8Array()
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag >>> 3 === 2) value = reader.bytes()
    else reader.skipType(tag & 7)
  }
  const timeout = protobuf.Writer.create().uint32(8).int64(-1).finish()
  const tail = protobuf.Writer.create().uint32(34).bytes(timeout).finish()
  return protobuf.Writer.create()
    .uint32(10)
    .string(clusterType)
    .uint32(18)
    .bytes(Buffer.concat([value, tail]))
    .finish()
}
