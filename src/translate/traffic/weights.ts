// Shares of a service's traffic → weighted clusters.
import type { Violation } from '../../base/index.ts'
import type { envoy } from '../../envoy-api/index.ts'
import { isBare, keyOf, type StoredOf, slicesOf } from '../../model/index.ts'
import { totalWeight } from '../defaults.ts'
import { clusterOf } from '../environment-ports.ts'
import { weightRuntimePrefix } from '../names.ts'

/** A slice of the hash range and the cluster that has it. */
export interface Share {
  readonly environment: string
  readonly cluster: string
  /** In 1/10,000. */
  readonly weight: number
}

/**
 * Who gets which part, in the order of the hash range: canaries first, the stable one last, and a share that grows keeps its users
 * (see slices in the model). An environment without a share is not named: a name here would make an idle environment
 * hold up a push.
 */
export function sharesOf(
  service: StoredOf<'Service'>,
  traffic: StoredOf<'Traffic'>,
  port: string,
): { readonly shares: readonly Share[]; readonly violations: readonly Violation[] } {
  const { weights } = traffic.spec
  const environments = service.spec.environments.map(({ name }) => name)
  const violations: Violation[] = []
  service.spec.environments.forEach((environment, index) => {
    const weight = Object.hasOwn(weights, environment.name) ? weights[environment.name] : undefined
    if (weight === undefined || weight === 0 || !isBare(environment.endpoints)) return
    violations.push({
      object: keyOf(service),
      path: `spec.environments[${index}].endpoints.static`,
      message: `found no endpoint, wanted at least one: "${environment.name}" has ${weight / 100} % of the traffic`,
    })
  })
  for (const unknown of Object.keys(weights).filter((name) => !environments.includes(name))) {
    violations.push({
      object: keyOf(traffic),
      path: `spec.weights.${unknown}`,
      message: `${keyOf(service)} has no environment "${unknown}", wanted one of ${environments.map((name) => `"${name}"`).join(', ')}`,
    })
  }
  const shares = slicesOf(service, traffic.spec).flatMap(({ environment, share }) => {
    const cluster = clusterOf(service, environment, port)
    return cluster === undefined ? [] : [{ environment, cluster, weight: share }]
  })
  const total = shares.reduce((sum, { weight }) => sum + weight, 0)
  if (total !== totalWeight && violations.length === 0) {
    violations.push({
      object: keyOf(traffic),
      path: 'spec.weights',
      message: `found a sum of ${total}, wanted ${totalWeight}`,
    })
  }
  return { shares, violations }
}

/**
 * Weighted clusters, also when one environment has everything: one form for every state of the traffic, so that
 * a switch, a split and a return differ in this list alone and the runtime keys are always there.
 */
export const weighted = (
  service: StoredOf<'Service'>,
  clusters: readonly envoy.WeightedClusterClusterWeight[],
  sticky: boolean,
): envoy.WeightedCluster => ({
  clusters,
  runtimeKeyPrefix: weightRuntimePrefix(service.namespace, service.name),
  ...(sticky ? { useHashPolicy: true } : {}),
})
