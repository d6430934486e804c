// Store: whether it takes changes, what is stored, and the way back while it takes none.

import type { Input, StoredGeneration, StoreStatus } from '../../api/index.ts'
import { err, invalid, limits, ok } from '../../base/index.ts'
import type { Generation, StoreCondition } from '../../store/index.ts'
import { type AdminRooms, changeOptions, type Handlers } from './context.ts'

export function storeHandlers(rooms: AdminRooms): Handlers<'Store'> {
  return {
    GetStatus: async () => ok(statusOf(rooms)),
    ListGenerations: async ({ group }) => {
      const { generations } = rooms.store.view()
      const groups = group === '' ? [...generations.keys()] : [group]
      if (group !== '' && !generations.has(group))
        return err({ kind: 'notFound', message: noGroup(group, generations.keys()) })
      return ok({ generations: groups.flatMap((each) => storedOf(generations.get(each) ?? [])) })
    },
    ServeGeneration: async (request, call) => {
      const { group, generation, reason } = request
      const options = changeOptions(
        { dryRun: false, force: false, reason, requestId: '', manager: '' },
        call.actor,
      )
      if (!options.ok) return options
      if (group === '')
        return err(invalid([{ path: 'group', message: 'wanted namespace/name of a node group' }]))
      if (reason.trim() === '')
        return err(invalid([{ path: 'reason', message: 'wanted why: nothing else is kept of this' }]))
      const served = await rooms.delivery.serveStored({
        group,
        actor: call.actor,
        reason,
        ...(generation === undefined ? {} : { generation }),
      })
      return served.ok ? ok({ ...served.value, resting: [...served.value.resting] }) : served
    },
  }
}

const noGroup = (group: string, known: Iterable<string>): string =>
  `no generation of ${JSON.stringify(group.slice(0, limits.nameLength * 2))} is stored; there are some of ${[...known].join(', ') || 'none'}`

function statusOf({ store }: AdminRooms): Input<StoreStatus> {
  const { revision, generations } = store.view()
  const condition = store.condition()
  const served = [...generations].map(([group, kept]) => ({ group, newest: kept.at(-1)?.number }))
  switch (condition.kind) {
    case 'writable':
      return { condition: 'WRITABLE', revision, groups: served }
    case 'readOnly':
      return { condition: 'READ_ONLY', ...whyOf(condition), revision, groups: served }
    case 'damaged':
      return {
        condition: 'DAMAGED',
        ...whyOf(condition),
        revision,
        intent: intents[condition.intent],
        groups: condition.groups.map(({ group, highest, isNewest }) => ({
          group,
          newest: generations.get(group)?.at(-1)?.number,
          highest,
          newerMayBeLost: !isNewest,
        })),
        faults: condition.faults.slice(0, limits.violationsReported),
        faultCount: condition.faults.length,
      }
    default:
      return condition satisfies never
  }
}

const intents = { whole: 'WHOLE', earlier: 'EARLIER', leftovers: 'LEFTOVERS' } as const
const whyOf = ({ reason, next }: Exclude<StoreCondition, { kind: 'writable' }>) => ({ reason, next })

/** Content is known by its versions: two generations with the same of every type are the same. */
function storedOf(kept: readonly Generation[]): readonly Input<StoredGeneration>[] {
  const contentOf = ({ types }: Generation): string =>
    JSON.stringify([...types].map(([url, { version }]) => [url, version]).sort())
  const seen = new Map<string, number[]>()
  return kept.map((generation, index) => {
    const { group, number, cause, types } = generation
    const content = contentOf(generation)
    const sameAs = seen.get(content) ?? []
    seen.set(content, [...sameAs, number])
    let resources = 0
    for (const { entries } of types.values()) resources += entries.size
    return { group, number, cause, resources, served: index === kept.length - 1, sameAs }
  })
}
