// What has to be so once nothing is broken any more and time has passed: every live proxy has its group's newest content,
// every push is over, every refusal repaired, the store agrees with itself, and memory is small again.
import { knownEndpoints } from '../../src/discovery/index.ts'
import { typeUrls } from '../../src/envoy-api/index.ts'
import type { ChangeCommand } from '../../src/push/index.ts'
import { finalPhases } from '../../src/push/index.ts'
import { createCompiler } from '../../src/snapshot/index.ts'
import type { Host } from './host.ts'
import { apply, lastManifests, switchTo } from './intent.ts'
import type { Life } from './life-types.ts'
import { type Published, typeIn } from './rules/ledger.ts'

/** `healed`: what was refused may still be parked, so a proxy may have the last good. `changed`: new content has come since. */
type Stage = 'healed' | 'changed'

/** Blames the first thing that is not as it should be. */
export async function checkRest(life: Life, stage: Stage): Promise<void> {
  const { plane, blame } = life
  if (plane === undefined || plane.phase !== 'ready')
    return blame('the control plane comes back', 'it is not there')
  for (const { id, phase, groups } of plane.delivery.pushes(1_000)) {
    if (!finalPhases.includes(phase))
      return blame(
        'every push ends',
        `push/${id} is ${phase}, held up by ${groups.flatMap((one) => one.heldUpBy).join('; ')}`,
      )
  }
  const { heads, applied, generations, records } = plane.store.view()
  for (const key of new Set([...heads.keys(), ...applied.keys()])) {
    if (heads.get(key)?.revision !== applied.get(key)?.revision)
      return blame(
        'heads and applied agree',
        `${key}: head r${heads.get(key)?.revision}, applied r${applied.get(key)?.revision}`,
      )
  }
  // The newest word about endpoints, as it is on disk.
  const observed = { endpoints: knownEndpoints(records('endpoint')), secrets: new Map() }
  const compiler = createCompiler()
  for (const [group, kept] of generations) {
    const newest = kept.at(-1)
    const compiled = compiler.compile(applied, group, observed)
    if (newest === undefined) continue
    if (!compiled.ok) return blame('what is applied is valid', `${group}: ${compiled.error.message}`)
    for (const [typeUrl, resources] of compiled.value.types) {
      const served = newest.types.get(typeUrl)?.entries
      const names = new Set([...resources.keys(), ...(served?.keys() ?? [])])
      for (const name of names)
        if (
          served?.get(name) !== resources.get(name)?.hash &&
          (stage === 'changed' || life.refused.size === 0)
        )
          return blame('served is what is applied', `${group} ${newest.number}: ${name}`)
    }
  }
  for (const host of life.hosts.all) {
    const generation = host.exists ? life.ledger.newest(`default/${host.cluster}`) : undefined
    if (generation === undefined) continue
    const why = differs(host, generation)
    if (why !== undefined && (stage === 'changed' || !isParked(life, host)))
      return blame('every live proxy converges', `${host.key}, generation ${generation.number}: ${why}`)
  }
  const open = [...records('refusal').keys()]
  if (open.length > 0 && stage === 'changed') return blame('every refusal is repaired', open.join(', '))
  for (const { what, size } of [...plane.hub.bounds(), ...plane.delivery.bounds()])
    if (size > (atRest.get(what) ?? Number.POSITIVE_INFINITY) && stage === 'changed')
      return blame('memory is small again', `${what}: ${size}`)
  const there = life.hosts.all.filter(({ exists }) => exists).length
  if (plane.hub.size !== there)
    return blame('memory is small again', `${plane.hub.size} streams of ${there} proxies`)
  await checkRequests(life)
}

const atRest: ReadonlyMap<string, number> = new Map([
  ['requests that wait on a stream', 0],
  ['responses in flight of a type', 0],
  ['parts of a reply that wait', 0],
  ['names owed of a type', 0],
  ['resources that stay for now', 0],
  ['clusters of a stream that are cold', 0],
  ['pushes under way', 0],
  ['pushes in memory', 0],
  ['changes that wait for their turn', 0],
  ['clusters that retire', 0],
  ['refusals that are open', 0],
  ['refusals to be written down', 0],
])

/** A request id is never carried out twice. */
async function checkRequests({ plane, blame }: Life): Promise<void> {
  const seen = new Set<string>()
  for (const { requestId, number } of (await plane?.store.revisions({ limit: 5_000 })) ?? []) {
    if (requestId === undefined) continue
    if (seen.has(requestId))
      return blame('a request is carried out once', `${requestId}, again in r${number}`)
    seen.add(requestId)
  }
}

/** How a proxy differs from a generation; undefined: not at all. */
function differs({ proxy }: Host, generation: Published): string | undefined {
  const view = proxy.view()
  const held = [
    [typeUrls.cds, view.clusters],
    [typeUrls.lds, view.listeners],
  ] as const
  if (view.warming.size > 0) return `${[...view.warming.keys()].join(', ')} warm`
  for (const [typeUrl, resources] of held) {
    const wanted = typeIn(generation, typeUrl).resources
    for (const name of new Set([...wanted.keys(), ...resources.keys()])) {
      if (wanted.get(name)?.hash !== resources.get(name)?.hash)
        return `${name} is ${resources.has(name) ? (wanted.has(name) ? 'another' : 'too many') : 'missing'}`
    }
  }
  const named = [
    [typeUrls.eds, view.endpoints],
    [typeUrls.rds, view.routes],
    [typeUrls.ecds, view.extensions],
  ] as const
  for (const [typeUrl, resources] of named) {
    const wanted = typeIn(generation, typeUrl).resources
    for (const [name, { hash }] of resources) {
      const now = wanted.get(name)
      if (now !== undefined && now.hash !== hash) return `${typeUrl.slice(-21)} ${name} is another`
    }
  }
  const routes = [...view.listeners.values()].flatMap((one) => one.routeConfigurations)
  const missing = routes.find((name) => !view.routes.has(name))
  return missing === undefined ? undefined : `route configuration ${missing} is missing`
}

/** Whether the node refused something that its group is still served. */
const isParked = (life: Life, host: Host): boolean => life.refused.has(host.id)

/** New content of every type for every group, to see that everybody follows it. */
export const lastChanges = (life: Life): readonly (() => ChangeCommand)[] => [
  () => apply(...lastManifests(life.intent, life.heads())),
  ...life.intent.services.map((service) => () => switchTo(service, 'last')),
]
