// The node groups that an object is for: Gateway, Sidecar, RawSnapshot and Patch say it alike.
import { z } from 'zod'
import { limits } from '../../base/index.ts'
import { name, refuseRepeats } from '../fields.ts'
import type { Reference } from '../kind-definition.ts'

/** At least one, each once; all of the object's own namespace. */
export const nodeGroups = z
  .array(name)
  .min(1, 'wanted at least one node group')
  .max(limits.nodeGroupsPerGateway)
  .superRefine((groups, context) =>
    refuseRepeats(
      groups,
      (group) => group,
      'node group',
      (index) => [index],
      context,
    ),
  )

/** They have to be there. */
export const nodeGroupReferences = (groups: readonly string[]): readonly Reference[] =>
  groups.map((group, index) => ({ kind: 'NodeGroup', name: group, path: `spec.nodeGroups[${index}]` }))
