// Which node group a proxy belongs to.
import { type NodeGroupSelector, specificity } from './kinds/node-group.ts'
import type { GroupKey, World } from './objects.ts'

/** What a selector looks at; a node as it presents itself. */
export interface SelectableNode {
  readonly cluster: string
  readonly metadata: Readonly<Record<string, string>>
  readonly locality: { readonly region: string; readonly zone: string; readonly subZone: string }
}

export interface SelectableGroup {
  readonly group: GroupKey
  readonly selector: NodeGroupSelector
}

/** The first group that selects the node, undefined when none does. Give the groups in matching order. */
export function selectGroup(groups: readonly SelectableGroup[], node: SelectableNode): GroupKey | undefined {
  return groups.find(({ selector }) => selects(selector, node))?.group
}

/**
 * Every node group in matching order: the one with more conditions goes first, so that an exception beats the rule
 * and `{}` takes what is left; of equally many, the smaller key (two groups with the same selector are refused).
 */
export function matchingOrder(world: World): readonly SelectableGroup[] {
  const groups: SelectableGroup[] = []
  for (const object of world.values()) {
    if (object.kind !== 'NodeGroup') continue
    groups.push({ group: `${object.namespace}/${object.name}`, selector: object.spec.selector })
  }
  return groups.sort(
    (a, b) =>
      specificity(b.selector) - specificity(a.selector) ||
      (a.group < b.group ? -1 : a.group > b.group ? 1 : 0),
  )
}

/** Whether every condition of the selector holds. */
function selects(selector: NodeGroupSelector, { cluster, metadata, locality }: SelectableNode): boolean {
  const { region, zone, subZone } = selector.locality ?? {}
  return (
    (selector.cluster === undefined || selector.cluster === cluster) &&
    Object.entries(selector.metadata ?? {}).every(
      ([key, value]) => Object.hasOwn(metadata, key) && metadata[key] === value,
    ) &&
    (region === undefined || region === locality.region) &&
    (zone === undefined || zone === locality.zone) &&
    (subZone === undefined || subZone === locality.subZone)
  )
}
