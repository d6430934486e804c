// Explanations as messages of the API.
import type { ExplainedShare, Explanation as ExplanationMessage, Input } from '../../api/index.ts'
import type { MadeBy, Way } from '../../explain/index.ts'
import type { Found, Looked } from './explain.ts'

/** Usable endpoints of a cluster; undefined: the proxy finds them by itself. */
type EndpointsOf = (looked: Looked, cluster: string) => Promise<number | undefined>

export async function toExplanation(
  { groups, explanation }: Found,
  endpointsOf: EndpointsOf,
): Promise<Input<ExplanationMessage>> {
  const [looked] = groups
  const counts = new Map<string, number>()
  for (const { cluster } of explanation.ways.flatMap(({ shares }) => shares)) {
    const count = looked === undefined || counts.has(cluster) ? undefined : await endpointsOf(looked, cluster)
    if (count !== undefined) counts.set(cluster, count)
  }
  return {
    ...explanation,
    groups: groups.map(({ group, generation }) => ({ group, generation })),
    ways: explanation.ways.map((way) => toWay(way, counts)),
    misses: explanation.misses.map(({ madeBy, ...miss }) => ({ ...miss, ...makerFields(madeBy) })),
  }
}

const toWay = ({ madeBy, ...way }: Way, counts: ReadonlyMap<string, number>) => ({
  ...way,
  ...makerFields(madeBy),
  shares: way.shares.map((share): Input<ExplainedShare> => {
    const endpoints = counts.get(share.cluster)
    return { ...share, ...(endpoints === undefined ? {} : { endpoints }) }
  }),
})

const makerFields = ({ object, path, rule, audience }: MadeBy = nobody) => ({ object, path, rule, audience })
const nobody: MadeBy = { object: '', path: '', rule: '', audience: '' }
