// Environments that requests carry over the calls that they cause: the first proxy marks, every later one follows the mark.
import type { envoy } from '../../envoy-api/index.ts'
import type { Cohort, StoredOf } from '../../model/index.ts'
import { environmentHeader } from '../names.ts'
import type { Way } from './mirrors.ts'
import type { Share } from './weights.ts'

/**
 * Environments that a request is followed to. One that has no share and declares no endpoint (they may be registered, or not yet)
 * is none: a route that names it would hold up every push until somebody registers there. Nor is the only one.
 */
export function followed(
  service: StoredOf<'Service'>,
  shares: readonly Share[],
  cohorts: readonly Cohort[],
): readonly string[] {
  const answering = service.spec.environments.filter(
    ({ name, endpoints }) =>
      shares.some(({ environment }) => environment === name) ||
      cohorts.some(({ environment }) => environment === name) ||
      endpoints.dns !== undefined ||
      endpoints.static.length > 0,
  )
  return answering.length === 1 ? [] : answering.map(({ name }) => name)
}

/** Requests that carry this environment. */
export const carries = (environment: string): envoy.HeaderMatcher => ({
  name: environmentHeader,
  stringMatch: { exact: environment },
})

/** The way, with each request marked that carries no environment yet. */
export function marking({ arm, environments }: Way): Way {
  const { weightedClusters, ...action } = arm.action
  const clusters = (weightedClusters?.clusters ?? []).map(
    (entry, index): envoy.WeightedClusterClusterWeight => {
      const value = environments[index]
      if (value === undefined) return entry
      return { ...entry, requestHeadersToAdd: [...(entry.requestHeadersToAdd ?? []), mark(value)] }
    },
  )
  return {
    arm: { ...arm, action: { ...action, weightedClusters: { ...weightedClusters, clusters } } },
    environments,
  }
}

const mark = (value: string): envoy.HeaderValueOption => ({
  header: { key: environmentHeader, value },
  appendAction: 'ADD_IF_ABSENT',
})

/** What a copy is told: it belongs to the environment that it goes to. */
export const markOfCopy = (environment: string): envoy.HeaderMutation => ({
  append: {
    header: { key: environmentHeader, value: environment },
    appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD',
  },
})
