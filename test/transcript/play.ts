// Plays a transcript: each line that begins with `> ` is a move, what follows it (indented) is what happened. Moves:
//
//   > publish 2 cds:green=1 eds:green=1 rds:r=2>green cds:-blue     generation 2: the one before, so changed
//   > closed 2 · ready · hold · doubt edge-1 cds 1 2 1              what the decider says (resend, parked and good generation)
//   > trust edge-1 cds
//   > edge-1 opens sotw [agent]                                     a stream of this node; a second is `edge-1/2`
//   > edge-1 asks cds [names] [@generation] · subs eds a [@generation] · unsubs eds a
//   > edge-1 acks cds eds · nacks cds some text · leaves · stalls · reads
//   > edge-1 nacksEarlier cds some text                             takes the newest, refuses one before it (SotW)
//   > wait 500                                                      milliseconds

import type { FromStreams } from '../../src/channel/index.ts'
import { type ResourceTypeKey, resourceTypeOf, typeUrls } from '../../src/envoy-api/index.ts'
import { type Spec, short } from '../unit/xds/support/content.ts'
import { type Client, createRig } from '../unit/xds/support/rig.ts'

type Types = Record<string, Record<string, string>>

/** The transcript with what really happens below each move. Throws at a move that it does not know. */
export function play(text: string): string {
  const bare = /^> hold$/m.test(text)
  const rig = createRig({ bare })
  if (bare) rig.decider.send({ kind: 'groups', groups: [{ group: 'g', selector: {} }] })
  const clients = new Map<string, Client>()
  const names = new Map<string, string>()
  const specs = new Map<number, Types>()
  let newest: Types = {}
  const keyOf = (word: string): ResourceTypeKey => {
    const found = Object.keys(typeUrls).find((key): key is ResourceTypeKey => key === word)
    if (found === undefined) throw new Error(`no resource type "${word}"`)
    return found
  }

  const publish = (generation: number, changes: readonly string[]): void => {
    const types: Types = structuredClone(newest)
    for (const change of changes) {
      const match = /^(\w+):(?:-(\S+)|([^=]+)=([^>]*)(?:>(.*))?)$/.exec(change)
      if (match === null) throw new Error(`what is "${change}"?`)
      const [, key = '', gone, name = '', content = '', names_] = match
      const type = types[keyOf(key)] ?? {}
      if (gone === undefined)
        type[name] = names_ === undefined ? content : `${content} > ${names_.replaceAll(',', ' ')}`
      else delete type[gone]
      types[key] = type
    }
    newest = types
    specs.set(generation, types)
    rig.publish(generation, types, { base: specs.size > 1 })
  }
  const specOf = (word: string | undefined): Spec => specs.get(Number(word)) ?? {}

  const move = (line: string): unknown => {
    const [who = '', what = '', ...rest] = line.split(' ')
    const client = clients.get(who)
    if (who === 'publish') return publish(Number(what), rest)
    if (who === 'closed') {
      return rig.decider.send({ kind: 'closed', group: 'g', lane: 'all', generation: Number(what) })
    }
    if (who === 'hold') return undefined
    if (who === 'ready') return rig.decider.send({ kind: 'ready' })
    if (who === 'wait') return rig.pass(Number(what))
    if (who === 'trust')
      return rig.decider.send({ kind: 'trust', node: what, type: typeUrls[keyOf(rest[0] ?? '')] })
    if (who === 'doubt') {
      const [type = '', resend, parked, good] = rest
      const key = keyOf(type)
      return rig.decider.send({
        kind: 'doubt',
        node: what,
        type: typeUrls[key],
        resend: Number(resend),
        parked: rig.version(key, specOf(parked)),
        good: good === undefined ? undefined : Number(good),
      })
    }
    if (what === 'opens') {
      const [variant, agent = 'envoy'] = rest
      const opened = rig.client(variant === 'sotw' ? 'sotw' : 'delta', {
        node: who.replace(/\/.*/, ''),
        agent,
      })
      clients.set(who, opened)
      names.set(opened.id, who)
      return opened
    }
    if (client === undefined) throw new Error(`who is "${who}"?`)
    if (what === 'leaves') return client.leave()
    if (what === 'stalls') return client.block()
    if (what === 'reads') return client.unblock()
    if (what === 'acks') return client.ack(...rest.map(keyOf))
    const [type = '', ...words] = rest
    const key = keyOf(type)
    const from = words.find((word) => word.startsWith('@'))?.slice(1)
    const wanted = words.filter((word) => !word.startsWith('@'))
    if (what === 'nacks') return client.nack(key, words.join(' '))
    if (what === 'nacksEarlier') return client.nackEarlier(key, words.join(' '))
    if (what === 'asks')
      return client.ask(key, wanted, from === undefined ? undefined : rig.version(key, specOf(from)))
    if (what === 'unsubs') return client.unsub(key, wanted)
    if (what === 'subs') {
      const held = Object.entries(specOf(from)[key] ?? {})
      return client.sub(
        key,
        wanted,
        Object.fromEntries(held.map(([name, content]) => [name, short(`${name}=${content}`)])),
      )
    }
    throw new Error(`what is "${what}"?`)
  }

  const happened = (): string[] => [
    ...[...clients].flatMap(([name, client]) => client.got().map((line) => `  ${name} ← ${line}`)),
    ...rig.heard().flatMap((message) => said(message, names)),
  ]

  const out: string[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('> ')) {
      move(line.slice(2))
      out.push(line, ...happened())
    } else if (!line.startsWith('  ')) out.push(line)
  }
  return out.join('\n')
}

/** What the decider hears, without what the wire shows already. */
function said(message: FromStreams, names: ReadonlyMap<string, string>): string[] {
  const who = 'stream' in message ? (names.get(message.stream) ?? message.stream) : ''
  const type = 'type' in message ? (resourceTypeOf(message.type)?.key.toUpperCase() ?? message.type) : ''
  switch (message.kind) {
    case 'placed':
      return [`  ${who} is in ${message.group ?? 'no group'}`]
    case 'holds': {
      const cold = message.unwarmed.length === 0 ? '' : `, cold: ${message.unwarmed.join(' ')}`
      return [`  ${who} holds ${type} ${message.generation}${message.acked ? ', ACKed' : ''}${cold}`]
    }
    case 'nacked': {
      const { generation, good, changed, detail } = message
      return [
        `  ${who} refused ${type} ${generation} (changed: ${changed.join(' ')}; good: ${good ?? 'none'}): ${detail}`,
      ]
    }
    case 'repaired':
      return [`  ${who} is repaired: ${type} ${message.generation}`]
    case 'closed':
      return [`  ${who} is closed: ${message.reason}`]
    default:
      return []
  }
}
