// What a node group should be served, as a function of state and never of events:
//
//   listeners, routes, runtime, extensions   of the applied world
//   clusters, endpoints, secrets             of the applied world ∪ the worlds of running pushes ∪ what retires
//
// and, where that differs from its newest generation, the next one.
import { clusterTypes } from '../fleet/index.ts'
import type { GroupKey } from '../model/index.ts'
import type { CompiledGroup, EncodedResource, ResourceTypes } from '../snapshot/index.ts'
import { composeTypes } from '../snapshot/index.ts'
import type { Generation, GenerationTypes } from '../store/index.ts'
import { onlyReferenced } from './only-referenced.ts'
import type { Retirement } from './retirement.ts'
import { isBack, leavers } from './retirement.ts'

export interface GroupScene {
  readonly group: GroupKey
  /** The applied world, or the one that is about to be applied. */
  readonly routes: CompiledGroup
  /** The applied world as it was until now; undefined: the group is new, or that world is not valid any more. */
  readonly was: CompiledGroup | undefined
  /** Worlds of pushes that prepare, oldest first. */
  readonly warm: readonly CompiledGroup[]
  /** What retires in this group. */
  readonly retiring: readonly Retirement[]
  /** Names whose retirement is over: they go. */
  readonly removing: ReadonlySet<string>
  /** The newest generation, and its resources. */
  readonly newest: Generation | undefined
  readonly served: ResourceTypes | undefined
  /** `push/12 switched`, `retire shop/checkout/blue.1`: kept with the generation. */
  readonly cause: string
  /** Monotonic, ms. */
  readonly at: number
  readonly retireDeadlineMs: number
  /** For tests that show what a retirement is for: what no route names goes at once. */
  readonly removeAtOnce?: boolean
}

export interface GroupPlan {
  readonly group: GroupKey
  /** Absent: what is served is what should be. */
  readonly generation?: Generation
  /** Everything of the generation (or of the newest one), with bytes. */
  readonly resources: ResourceTypes
  /** Retirements that begin with this. */
  readonly leaving: readonly Retirement[]
  /** Retirements that end with this: back in intent, or removed. */
  readonly over: readonly Retirement[]
}

/** The next generation of a group, if one is due. */
export function planGroup(scene: GroupScene): GroupPlan {
  const { group, newest, served, cause } = scene
  const routes = scene.removeAtOnce === true ? onlyReferenced(scene.routes, scene.warm) : scene.routes
  const over = scene.retiring.filter(
    (retirement) => scene.removing.has(retirement.name) || isBack(retirement, routes.types),
  )
  const staying = scene.retiring
    .filter((retirement) => !over.includes(retirement))
    .flatMap(({ resources }) => resources)
  const compose = (retiring: readonly EncodedResource[]) =>
    composeTypes({
      routes,
      warm: scene.warm,
      retiring,
      ...(newest === undefined ? {} : { previous: newest.types }),
    })
  const first = compose(staying)
  const left =
    scene.removeAtOnce === true
      ? new Map<string, readonly EncodedResource[]>()
      : retirees(
          scene,
          leavers(newest?.types, first.types, (type, name) => served?.get(type)?.get(name)),
        )
  const { types, resources } = left.size === 0 ? first : compose([...staying, ...[...left.values()].flat()])
  const isSame = newest !== undefined && sameTypes(newest.types, types)
  const number = isSame ? newest.number : (newest?.number ?? 0) + 1
  const leaving = [...left].map(
    ([name, gone]): Retirement => ({
      group,
      name,
      resources: gone,
      left: number,
      since: scene.at,
      deadline: scene.at + scene.retireDeadlineMs,
      step: { kind: 'referenced' },
    }),
  )
  return {
    group,
    ...(isSame ? {} : { generation: { group, number, types, cause } }),
    resources,
    leaving,
    over,
  }
}

/**
 * Of what leaves, what has to retire: routes may name it only if it was applied. What was merely prepared, and perhaps
 * refused, goes at once.
 */
function retirees<Value>(
  { was, removing }: GroupScene,
  leaving: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  const wasApplied = (name: string): boolean =>
    was === undefined || clusterTypes.some((type) => was.types.get(type)?.has(name) === true)
  return new Map([...leaving].filter(([name]) => !removing.has(name) && wasApplied(name)))
}

/** Whether two generations serve the same. */
function sameTypes(a: GenerationTypes, b: GenerationTypes): boolean {
  if (a.size !== b.size) return false
  for (const [typeUrl, type] of a) {
    const other = b.get(typeUrl)
    if (other !== type && other?.version !== type.version) return false
  }
  return true
}
