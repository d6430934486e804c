// Fences: a contract migration is done (a column is dropped, a queue is renamed), and what ran before it cannot run any more.
// Traffic does not go back over one unless forced. Only what carried traffic before is behind a fence: an incarnation that
// comes later was made for the world after it.
import type { TrafficState } from '../kinds/traffic.ts'
import type { ContentOf } from '../objects.ts'
import { type LiveTraffic, visitorsOf } from './live-traffic.ts'
import { numberOf, shareOf } from './traffic.ts'

export type Fence = NonNullable<TrafficState['fences']>[number]

/** Fences that a move would go back over, each with why; empty when there are none. */
export function fencesBefore(
  service: ContentOf<'Service'>,
  policy: ContentOf<'TrafficPolicy'> | undefined,
  fences: readonly Fence[] | undefined,
  { before, after }: { readonly before: LiveTraffic | undefined; readonly after: LiveTraffic },
): readonly { readonly fence: Fence; readonly why: string }[] {
  const gains = gaining(service, policy, before, after)
  return (fences ?? []).flatMap((fence) => {
    const back = gains.filter((name) => {
      const number = numberOf(fence.incarnations, name)
      return number > 0 && isNow(service, name, number)
    })
    if (back.length === 0) return []
    const where = back.map((name) => `${name}.${numberOf(fence.incarnations, name)}`).join(', ')
    const why = `${where} is behind fence ${fence.id}: "${fence.text}" (${fence.actor}, ${new Date(fence.at).toISOString()})`
    return [{ fence, why }]
  })
}

/** Environments that a move gives more traffic, or other cohorts. */
export const gaining = (
  service: ContentOf<'Service'>,
  policy: ContentOf<'TrafficPolicy'> | undefined,
  before: LiveTraffic | undefined,
  after: LiveTraffic,
): readonly string[] =>
  service.spec.environments.flatMap(({ name }) => {
    if (shareOf(after.weights, name) > shareOf(before?.weights, name)) return [name]
    const had = visitorsOf(policy, before?.cohorts ?? [], name)
    const isVisited = visitorsOf(policy, after.cohorts, name).some((cohort) => !had.includes(cohort))
    return isVisited ? [name] : []
  })

/** Whether the environment still has this incarnation. */
export const isNow = (service: ContentOf<'Service'>, environment: string, number: number): boolean =>
  numberOf(service.incarnations, environment) === number

/** `blue.1`: what stands behind it. */
export const slots = ({ incarnations }: Fence): readonly string[] =>
  Object.entries(incarnations).map(([name, number]) => `${name}.${number}`)
