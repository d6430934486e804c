// Nodes: the proxies of the fleet, what each holds and refused.
import { err, limits, ok } from '../../base/index.ts'
import type { NodeStatus } from '../../fleet/index.ts'
import type { Generation } from '../../store/index.ts'
import { toNode } from '../convert.ts'
import { type AdminRooms, type Handlers, page, pageSize } from './context.ts'

export function nodesHandlers(rooms: AdminRooms): Handlers<'Nodes'> {
  const generationsOf = (status: NodeStatus): readonly Generation[] =>
    status.group === undefined ? [] : (rooms.store.view().generations.get(status.group) ?? [])

  return {
    List: async (request) => {
      const chosen = rooms.fleet
        .nodes()
        .filter((status) => request.group === '' || status.group === request.group)
        .toSorted((a, b) => (a.node.id < b.node.id ? -1 : 1))
      const { items, nextPageToken } = page(
        chosen,
        (status) => status.node.id,
        request.pageToken,
        pageSize(request.pageSize),
      )
      return ok({ nodes: items.map((status) => toNode(status, generationsOf(status))), nextPageToken })
    },
    Get: async (request) => {
      const status = rooms.fleet.node(request.id)
      if (status === undefined) {
        const id = JSON.stringify(request.id.slice(0, limits.nameLength))
        return err({ kind: 'notFound', message: `no node ${id}; see verdigris proxies` })
      }
      return ok(toNode(status, generationsOf(status)))
    },
  }
}
