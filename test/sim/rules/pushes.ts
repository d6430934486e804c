// What the end of a push says is so: `done` is everybody in reach; after `reverted` everybody in reach is back, and every
// other proxy is named.
import { z } from 'zod'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { PushRecord } from '../../../src/push/index.ts'
import { finalPhases } from '../../../src/push/index.ts'
import type { Plane } from '../control-plane.ts'
import type { Host } from '../host.ts'
import type { Rule, Scene } from './watch.ts'

const finalRecord = z.object({ id: z.string(), phase: z.string() })

export function pushesRule(scene: Scene): Rule {
  const { ledger, links, fault } = scene
  const ended = new Map<string, string>()
  const onDisk = new Map<string, string>()

  /** Why the proxy's routes are not those of this generation or a later one; undefined: they are. */
  function behind(host: Host, group: string, generation: number): string | undefined {
    const view = host.proxy.view()
    for (const [name, { hash }] of view.routes) {
      if (ledger.firstWith(group, typeUrls.rds, name, hash, generation) === undefined)
        return `its ${name} is of before generation ${generation}`
    }
    for (const [name, { hash }] of view.extensions) {
      if (ledger.firstWith(group, typeUrls.ecds, name, hash, generation) === undefined)
        return `its filter ${name} is of before generation ${generation}`
    }
    for (const [name, { hash }] of new Map([...view.listeners, ...view.warmingListeners])) {
      if (ledger.firstWith(group, typeUrls.lds, name, hash, generation) === undefined)
        return `its listener ${name} is of before generation ${generation}`
    }
    return undefined
  }

  /** Proxies of the group whose streams are whole at both ends. */
  const inReach = (plane: Plane, group: string): readonly Host[] =>
    plane.delivery.fleet.nodes().flatMap((node) => {
      if (!node.connected || node.group !== group) return []
      return node.streams.flatMap(({ id }) => {
        const link = links.get(id)
        return link === undefined || link.near === 'closed' ? [] : [link.owner]
      })
    })

  function checkDone({ id, groups }: PushRecord, plane: Plane): void {
    for (const { group, switched } of groups) {
      if (switched === undefined) continue
      for (const host of inReach(plane, group)) {
        const why = behind(host, group, switched)
        if (why !== undefined)
          fault('done is everybody in reach', `push/${id} is done, ${host.key} not: ${why}`)
      }
    }
  }

  function checkReverted({ id, groups, verdict = '', refusals }: PushRecord, plane: Plane): void {
    for (const { group } of groups) {
      const kept = plane.store.view().generations.get(group) ?? []
      const back = kept.findLast(({ cause }) => cause === `push/${id} reverted`)?.number
      if (back === undefined) continue
      const there = new Set<string>()
      // One that is back and has lost its stream since, unheard, is back.
      for (const host of scene.hosts) if (behind(host, group, back) === undefined) there.add(host.id)
      for (const { node, group: its } of plane.delivery.fleet.nodes()) {
        if (its !== group || there.has(node.id)) continue
        const isNamed = verdict.includes(node.id) || refusals.some((one) => one.node === node.id)
        if (!isNamed && !/ and \d+ more/.test(verdict))
          fault('after a revert all are back or named', `push/${id} is reverted, ${node.id} neither`)
      }
    }
  }

  return {
    opened: (store) => {
      for (const value of store.view().records('push').values()) {
        const { id, phase } = finalRecord.safeParse(value).data ?? {}
        const known = id === undefined ? undefined : onDisk.get(id)
        if (known !== undefined && phase !== known)
          fault('an end is an end', `push/${id} was ${known} on disk, and is ${phase}`)
        if (id !== undefined && finalPhases.some((one) => one === phase)) onDisk.set(id, phase ?? '')
      }
      // An end that was said right before the end of the process may not be on disk: its push goes on.
      ended.clear()
      for (const [id, phase] of onDisk) ended.set(id, phase)
    },
    pushEnded: (record, plane) => {
      const known = ended.get(record.id)
      if (known !== undefined && known !== record.phase)
        fault('an end is an end', `push/${record.id} was ${known}, and is ${record.phase}`)
      ended.set(record.id, record.phase)
      if (record.phase === 'done') checkDone(record, plane)
      if (record.phase === 'reverted') checkReverted(record, plane)
      if (record.phase === 'aborted' && record.groups.some(({ switched }) => switched !== undefined))
        fault('an abort moves nothing', `push/${record.id} is aborted, and was switched`)
    },
  }
}
