// NodeGroup: proxies that get the same snapshot, chosen by what they say of themselves.
import { z } from 'zod'
import { canonicalJson, limits } from '../../base/index.ts'
import { positiveDuration } from '../fields.ts'
import type { KindDefinition } from '../kind-definition.ts'

const text = z.string().min(1, 'wanted at least one character').max(limits.labelLength)

const nodeGroupSelector = z.strictObject({
  cluster: text.optional().describe('`node.cluster` of the bootstrap must equal this.'),
  metadata: z
    .record(text, z.string().max(limits.labelLength))
    .optional()
    .describe('String members of `node.metadata` that must be equal.'),
  locality: z
    .strictObject({
      region: text.optional().describe('Region of the node.'),
      zone: text.optional().describe('Zone of the node.'),
      subZone: text.optional().describe('Sub-zone of the node.'),
    })
    .optional()
    .describe('Parts of `node.locality` that must be equal.'),
})

export const nodeGroupSpec = z.strictObject({
  selector: nodeGroupSelector.describe(
    'Which proxies belong to the group. All conditions must hold; `{}` takes every node that no other group takes.',
  ),
  expected: z
    .strictObject({
      size: z
        .int()
        .min(0, 'wanted 0 or more')
        .max(limits.nodes, `wanted at most ${limits.nodes}`)
        .optional()
        .describe('How many proxies there are. A push waits for as many, even when fewer are connected.'),
      within: positiveDuration
        .default(limits.expectWithinMs)
        .describe('A proxy that was seen within this time counts, connected or not.'),
    })
    .prefault({})
    .describe('Which proxies a push has to reach.'),
})

export type NodeGroupSelector = z.infer<typeof nodeGroupSelector>
export type NodeGroupSpec = z.infer<typeof nodeGroupSpec>

/** How many conditions a selector has: the more, the earlier it is tried. */
export function specificity(selector: NodeGroupSelector): number {
  const { cluster, metadata = {}, locality = {} } = selector
  const parts = Object.values(locality).filter((part) => part !== undefined)
  return (cluster === undefined ? 0 : 1) + Object.keys(metadata).length + parts.length
}

export const nodeGroup: KindDefinition<'NodeGroup'> = {
  summary: 'A group of proxies that are served the same configuration.',
  spec: nodeGroupSpec,
  // Nodes know no namespaces, so neither does this claim.
  claims: ({ spec }) => [
    {
      claim: `selector ${canonicalJson({ metadata: {}, locality: {}, ...spec.selector })}`,
      path: 'spec.selector',
      clash: (other) => `${other} has the same selector: a node can belong to one group only`,
    },
  ],
}
