// Explain: which listeners of which groups a request may come to, and what each makes of it.
import type { ExplainAnswer, ExplainRequest, Input } from '../../api/index.ts'
import { err, limits, ok, type Place, type Problem, type Result } from '../../base/index.ts'
import { resourceTypes, typeUrls } from '../../envoy-api/index.ts'
import {
  type Asked,
  createServedReader,
  type EntriesOf,
  type Explanation,
  explain,
  type ListenersMeant,
  makersOf,
  portOf,
  type Served,
} from '../../explain/index.ts'
import type { StoredOf } from '../../model/index.ts'
import { restoreResource } from '../../snapshot/index.ts'
import type { Generation } from '../../store/index.ts'
import { listenerName, sidecarListenerName } from '../../translate/index.ts'
import { type AdminRooms, type Handlers, namespaceOr } from './context.ts'
import { readAsked } from './explain-asked.ts'
import { toExplanation } from './explain-views.ts'

/** A group, and what is looked at of it. */
export interface Looked {
  readonly group: string
  /** Of its routes. */
  readonly generation: number
  readonly entriesOf: EntriesOf
}

/** An explanation, and who is served what it was made of. */
export interface Found {
  readonly groups: readonly Looked[]
  readonly explanation: Explanation
}

export function explainHandler(rooms: AdminRooms): Handlers<'Traffic'>['Explain'] {
  const bodyOf = (hash: string): Promise<Uint8Array | undefined> => rooms.store.resource(hash)
  const read = createServedReader(bodyOf)

  /** Reads each group once; one that cannot be read any more is left out and named. */
  const servedOf = async (looked: readonly Looked[]) => {
    const { applied } = rooms.store.view()
    const served: { readonly looked: Looked; readonly served: Served }[] = []
    const notes: string[] = []
    for (const each of looked) {
      const found = await read(each.entriesOf)
      if (found === undefined) notes.push(`what ${each.group} is served cannot be read any more`)
      else served.push({ looked: each, served: { ...found, madeBy: makersOf(applied, each.group) } })
    }
    return { served, notes }
  }

  /** Usable endpoints of a cluster whose endpoints come by EDS. */
  const endpointsOf = async ({ entriesOf }: Looked, cluster: string): Promise<number | undefined> => {
    const hash = entriesOf(typeUrls.eds).get(cluster)
    const body = hash === undefined ? undefined : await bodyOf(hash)
    return hash === undefined || body === undefined
      ? undefined
      : restoreResource(cluster, hash, body).facts.usable
  }

  return async (request) => {
    const asked = readAsked(request)
    if (!asked.ok) return asked
    const looked = groupsMeant(rooms, request)
    if (!looked.ok) return looked
    const { place = looked.value.place } = asked.value
    const { served, notes } = await servedOf(looked.value.groups)
    const meant = listenersMeant(
      rooms,
      request,
      asked.value,
      served.map((each) => each.served),
    )
    const found = served.flatMap(({ looked: group, served: own }) =>
      explain(own, { ...asked.value, ...(place === undefined ? {} : { place }) }, meant).map(
        (explanation): Found => ({ groups: [group], explanation }),
      ),
    )
    if (found.length === 0)
      return err(
        noListener(
          asked.value,
          meant,
          served.map((each) => each.served),
        ),
      )
    const isNamed = meant.port !== undefined || meant.named !== undefined || request.proxy !== ''
    const told = joined(isNamed ? found : knowing(found))
    const cut = told.length - limits.listenersExplained
    if (cut > 0) notes.push(`${cut} more listeners: name one with --gateway, --group or --port`)
    const explanations: ExplainAnswerItem[] = []
    for (const each of told.slice(0, limits.listenersExplained)) {
      explanations.push(await toExplanation(each, endpointsOf))
    }
    return ok({ explanations, notes })
  }
}

type ExplainAnswerItem = NonNullable<Input<ExplainAnswer>['explanations']>[number]

interface Meant {
  readonly groups: readonly Looked[]
  /** Where the proxy says it is. */
  readonly place?: Place
}

/** The groups that are looked at: of the proxy, named, or all that are served. */
function groupsMeant(rooms: AdminRooms, request: ExplainRequest): Result<Meant, Problem> {
  if (request.proxy !== '') return proxyMeant(rooms, request.proxy)
  const { generations, applied } = rooms.store.view()
  const namespace = namespaceOr(request.namespace)
  const { group } = request
  const named = group === '' || group.includes('/') ? group : `${namespace}/${group}`
  const parent = parentOf(rooms, request)
  if (request.gateway !== '' && parent === undefined) {
    return err(
      missing(
        `no Gateway or Sidecar ${namespace}/${request.gateway}`,
        [...applied.keys()].filter((key) => /\/(Gateway|Sidecar)\//.test(key)),
      ),
    )
  }
  const own = parent?.spec.nodeGroups.map((name) => `${parent.namespace}/${name}`)
  const chosen = [...generations].filter(
    ([name]) => (named === '' || name === named) && (own === undefined || own.includes(name)),
  )
  if (chosen.length === 0) {
    const what = named === '' ? 'no node group is served anything' : `node group ${named} is served nothing`
    return err(missing(what, [...generations.keys()]))
  }
  const looked: Looked[] = []
  for (const [name, kept] of chosen) {
    const found =
      request.generation === 0 ? kept.at(-1) : kept.find(({ number }) => number === request.generation)
    if (found !== undefined) looked.push(lookAt(name, () => found, found.number))
  }
  if (looked.length > 0) return ok({ groups: looked })
  const numbers = chosen.flatMap(([, kept]) => kept.map(({ number }) => String(number)))
  return err(missing(`no generation ${request.generation} is kept`, numbers))
}

const noEntries: ReadonlyMap<string, string> = new Map()
const lookAt = (
  group: string,
  generationOf: (typeUrl: string) => Generation | undefined,
  generation: number,
): Looked => ({
  group,
  generation,
  entriesOf: (typeUrl) => generationOf(typeUrl)?.types.get(typeUrl)?.entries ?? noEntries,
})

/** What a proxy has ACKed, type by type: after a refusal they are of several generations. */
function proxyMeant(rooms: AdminRooms, id: string): Result<Meant, Problem> {
  const status = rooms.fleet.node(id)
  if (status?.group === undefined) {
    const who = JSON.stringify(id.slice(0, limits.nameLength))
    const what =
      status === undefined ? `no proxy ${who}` : `no node group selects proxy ${who}: it holds nothing`
    return err({ kind: 'notFound', message: `${what}; see verdigris proxies` })
  }
  const kept = rooms.store.view().generations.get(status.group) ?? []
  const held = new Map(status.types.map(({ type, holds }) => [type, holds]))
  const generationOf = (typeUrl: string): Generation | undefined =>
    kept.find(({ number }) => number === held.get(typeUrl))
  const routes = generationOf(typeUrls.rds)?.number ?? 0
  for (const { typeUrl } of [resourceTypes.lds, resourceTypes.cds]) {
    if (generationOf(typeUrl) === undefined) {
      const message = `proxy ${id} has not ACKed its configuration yet: see verdigris proxy ${id}`
      return err({ kind: 'precondition', message })
    }
  }
  return ok({ groups: [lookAt(status.group, generationOf, routes)], place: placeOf(status.node.locality) })
}

const placeOf = ({
  region,
  zone,
  subZone,
}: {
  readonly region: string
  readonly zone: string
  readonly subZone: string
}): Place => ({
  ...(region === '' ? {} : { region }),
  ...(zone === '' ? {} : { zone }),
  ...(subZone === '' ? {} : { subZone }),
})

type Parent = StoredOf<'Gateway'> | StoredOf<'Sidecar'>

function parentOf(rooms: AdminRooms, request: ExplainRequest): Parent | undefined {
  const { applied } = rooms.store.view()
  for (const kind of ['Gateway', 'Sidecar']) {
    const found = applied.get(`${namespaceOr(request.namespace)}/${kind}/${request.gateway}`)
    if (found?.kind === 'Gateway' || found?.kind === 'Sidecar') return found
  }
  return undefined
}

function listenersMeant(
  rooms: AdminRooms,
  request: ExplainRequest,
  asked: Asked,
  served: readonly Served[],
): ListenersMeant {
  const parent = parentOf(rooms, request)
  const nameOf = parent?.kind === 'Sidecar' ? sidecarListenerName : listenerName
  const named = parent === undefined ? {} : { named: nameOf(parent.namespace, parent.name, '') }
  if (request.port !== 0) return { port: request.port, ...named }
  // A port in the URL may be that of something in front of the proxies.
  const inUrl = Number(/:(\d+)$/.exec(asked.authority)?.[1] ?? 0)
  if (asked.scheme === 'tcp' && inUrl !== 0) return { port: inUrl, ...named }
  const isListened = served.some(({ listeners }) => listeners.some((each) => portOf(each) === inUrl))
  return inUrl !== 0 && isListened ? { port: inUrl, ...named } : named
}

/** Those that know the host by name; else those that take any; else all of them. */
function knowing(found: readonly Found[]): readonly Found[] {
  const byName = found.filter(({ explanation: { domain } }) => domain !== '' && domain !== '*')
  if (byName.length > 0) return byName
  // What comes in for a workload takes every host, and is meant by nobody who names none of it.
  const others = found.filter(
    ({ explanation: { domain, listener } }) => domain !== '*' || !listener.includes('/sidecar~'),
  )
  const going = others.filter(({ explanation: { domain, ways } }) => {
    const isTaken = ways.some(({ outcome }) => outcome === 'FORWARDED')
    return domain === '*' || isTaken
  })
  return [going, others, found].find((some) => some.length > 0) ?? []
}

/** Groups of one gateway are told the same: it is said once. */
function joined(found: readonly Found[]): readonly Found[] {
  const known = new Map<string, Found>()
  for (const each of found) {
    const key = JSON.stringify(each.explanation)
    const before = known.get(key)
    known.set(key, before === undefined ? each : { ...before, groups: [...before.groups, ...each.groups] })
  }
  return [...known.values()]
}

function noListener(asked: Asked, { port, named }: ListenersMeant, served: readonly Served[]): Problem {
  const where = [
    ...(named === undefined ? [] : [`of ${named.slice(0, -1)}`]),
    ...(port === undefined ? [] : [`on port ${port}`]),
  ]
  const there = served.flatMap(({ listeners }) =>
    listeners.map((each) => `${each.name ?? ''} on port ${portOf(each)}`),
  )
  const how = { http: 'without TLS', https: 'over TLS', tcp: 'at all' }[asked.scheme]
  return missing(`no listener ${where.join(' ')} takes connections ${how}`.replace(/ {2,}/g, ' '), there)
}

/** What is not there, and some of what is. */
function missing(what: string, there: readonly string[]): Problem {
  const some = [...new Set(there)].slice(0, limits.missesExplained)
  const more = there.length > some.length ? ', …' : ''
  return {
    kind: 'notFound',
    message: `${what}; there ${some.length === 0 ? 'is none' : `is ${some.join(', ')}${more}`}`,
  }
}
