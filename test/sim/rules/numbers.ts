// A generation's number means one content, for ever; what was published, or answered, is durable; routes move only with
// the decision of a push, and only to clusters that everybody in reach holds warm.
import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { Store } from '../../../src/store/index.ts'
import type { Plane } from '../control-plane.ts'
import type { Host } from '../host.ts'
import { shortType } from '../host.ts'
import { clustersNamedBy, leadingTypes, type Published, typeIn } from './ledger.ts'
import type { Rule, Scene } from './watch.ts'

/** A stream this young may have come in while the decision was on its way to disk: it gets its routes in order. */
const flushMs = 3_000

export function numbersRule(scene: Scene): Rule {
  const { ledger, fault } = scene
  let answered = 0
  /** Group and push → how far its ramp is, in percent. */
  const ramps = new Map<string, number>()
  /** Streams that have asked for clusters. */
  const asked = new Set<string>()

  const causeOf = (store: Store, { group, number }: Published): string =>
    store
      .view()
      .generations.get(group)
      ?.find((one) => one.number === number)?.cause ?? ''

  /** Everybody whose stream is whole at both ends holds what routes newly name. */
  function checkWarm(generation: Published, needed: readonly string[], plane: Plane): void {
    const now = scene.now()
    for (const { node, group, connected, streams } of plane.delivery.fleet.nodes()) {
      if (!connected || group !== generation.group) continue
      for (const { id } of streams) {
        const link = scene.links.get(id)
        if (link === undefined || link.near === 'closed' || now - link.openedAt < flushMs || !asked.has(id))
          continue
        const missing = needed.find((name) => !isWarm(link.owner, generation, name))
        if (missing === undefined) continue
        const text = `${node.id}: generation ${generation.number} routes to ${missing}, not warm there`
        fault('prepared everywhere before the switch', text)
      }
    }
  }

  return {
    opened: (store) => {
      for (const group of ledger.groups()) {
        const newest = ledger.newest(group)
        const kept = store.view().generations.get(group)?.at(-1)
        if (newest !== undefined && (kept?.number ?? 0) < newest.number) {
          const text = `${group}: generation ${newest.number} was published, ${kept?.number} is on disk`
          fault('durable before published', text)
        }
      }
      if (store.view().revision < answered)
        fault('durable before answered', `r${answered} was answered, r${store.view().revision} is on disk`)
    },
    answered: (revision) => {
      answered = Math.max(answered, revision ?? 0)
    },
    died: () => asked.clear(),
    requested: ({ stream }, { typeUrl }) => {
      if (typeUrl === typeUrls.cds) asked.add(stream)
    },
    published: (message, plane) => {
      const before = ledger.newest(message.group)
      const { generation, known } = ledger.take(message)
      const { group, number } = generation
      if (known !== undefined) {
        for (const typeUrl of new Set([...known.types.keys(), ...generation.types.keys()])) {
          if (typeIn(known, typeUrl).version === typeIn(generation, typeUrl).version) continue
          fault(
            'a number means one content',
            `${group} ${number}: ${shortType(typeUrl)} is another than before`,
          )
        }
        return
      }
      if (before !== undefined && number < before.number)
        fault('numbers go up', `${group}: generation ${number} after ${before.number}`)
      const clusters = typeIn(generation, typeUrls.cds).resources
      const named = clustersNamedBy(generation)
      for (const name of named)
        if (!clusters.has(name))
          fault('nothing routed to is missing', `${group} ${number} routes to ${name}, not in it`)
      if (before === undefined) return
      const moved = leadingTypes.some(
        (typeUrl) => typeIn(before, typeUrl).version !== typeIn(generation, typeUrl).version,
      )
      if (!moved) return
      const cause = causeOf(plane.store, generation)
      const [, ramped, percent] = /^(push\/\d+) ramp (\d+) % switched$/.exec(cause) ?? []
      if (ramped !== undefined) {
        const reached = ramps.get(`${group} ${ramped}`) ?? 0
        if (Number(percent) <= reached)
          fault('a ramp goes up', `${group} ${number}: ${cause} after ${reached} %`)
        ramps.set(`${group} ${ramped}`, Number(percent))
      }
      if (/ (prepared|aborted)$|^retire /.test(cause))
        fault(
          'an abort moves nothing',
          `${group} ${number} (${cause}) has other routes than ${before.number}`,
        )
      // A way back needs no warmth: what it names was never taken away, and that is another rule.
      if (!cause.endsWith(' switched')) return
      const formerly = clustersNamedBy(before)
      checkWarm(
        generation,
        [...named].filter((name) => !formerly.has(name)),
        plane,
      )
    },
  }
}

function isWarm(host: Host, generation: Published, name: string): boolean {
  const view = host.proxy.view()
  if (!view.clusters.has(name)) return false
  const facts = typeIn(generation, typeUrls.cds).resources.get(name)?.facts
  return facts?.discovery !== 'eds' || view.endpoints.has(facts.edsName ?? name)
}
