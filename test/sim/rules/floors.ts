// No proxy goes to a lower generation: neither by what the streams say they send, nor by the content of the routes that it
// is given. Content of old generations may come again in newer ones; so each content is taken for the first generation
// from the proxy's floor on that has it, and there has to be one.
import type { Host } from '../host.ts'
import { shortType } from '../host.ts'
import { leadingTypes } from './ledger.ts'
import type { Rule, Scene } from './watch.ts'

export function floorsRule({ ledger, links, fault }: Scene): Rule {
  /** Node and type → highest generation said to be sent. */
  const said = new Map<string, number>()
  /** Host → type and name → generation of what it was last given. */
  const floors = new Map<Host, Map<string, number>>()
  /** Nodes and types with an open refusal: they are given the last good again, which is older than what was refused. */
  const repairing = new Set<string>()
  const groupOf = new Map<string, string>()

  return {
    toldStreams: (message) => {
      if (message.kind === 'doubt') repairing.add(`${message.node} ${message.type}`)
    },
    heard: (message) => {
      if (message.kind === 'placed' && message.group !== undefined) groupOf.set(message.stream, message.group)
      if (message.kind === 'nacked') repairing.add(`${message.node} ${message.type}`)
      if (message.kind !== 'sent') return
      const host = links.get(message.stream)?.owner
      if (host === undefined) return
      const key = `${host.key} ${message.type}`
      const floor = said.get(key) ?? 0
      if (message.generation < floor && !repairing.has(`${message.node} ${message.type}`)) {
        const text = `${host.key} is sent ${shortType(message.type)} ${message.generation} after ${floor}`
        fault('never a lower generation', text)
      }
      said.set(key, Math.max(floor, message.generation))
    },
    written: (link, { typeUrl, resources }) => {
      const { owner, stream } = link
      const group = groupOf.get(stream)
      if (group === undefined || !leadingTypes.includes(typeUrl)) return
      const known = floors.get(owner) ?? new Map<string, number>()
      floors.set(owner, known)
      for (const { name, content } of resources) {
        const key = `${typeUrl} ${name}`
        const floor = known.get(key) ?? 0
        const first = ledger.firstWith(group, typeUrl, name, content.hash, floor)
        if (first === 'absent') continue
        if (first !== undefined) known.set(key, first)
        else if (!repairing.has(`${owner.id} ${typeUrl}`))
          fault('never a lower generation', `${owner.key} is sent a ${name} of before generation ${floor}`)
      }
    },
  }
}
