// Which node group a node belongs to: the first of the table that selects it.
import type { NodeIdentity, ToStreams } from '../channel/index.ts'
import type { GroupKey } from '../model/index.ts'

export type GroupTable = Extract<ToStreams, { kind: 'groups' }>['groups']
type Selector = GroupTable[number]['selector']

/** Gives the group of a node; undefined when none selects it, and then the node is held (rule 28). */
export type SelectGroup = (table: GroupTable, node: NodeIdentity) => GroupKey | undefined

export const selectGroup: SelectGroup = (table, node) =>
  table.find(({ selector }) => selects(selector, node))?.group

function selects(selector: Selector, node: NodeIdentity): boolean {
  const { cluster, metadata = {}, locality = {} } = selector
  return (
    (cluster === undefined || cluster === node.cluster) &&
    Object.entries(metadata).every(
      ([key, value]) => Object.hasOwn(node.metadata, key) && node.metadata[key] === value,
    ) &&
    (locality.region === undefined || locality.region === node.locality.region) &&
    (locality.zone === undefined || locality.zone === node.locality.zone) &&
    (locality.subZone === undefined || locality.subZone === node.locality.subZone)
  )
}
