// A service's traffic → the ways that its requests may take. Every route of the service has all of them, so that they move together.

import type { Violation } from '../base/index.ts'
import type { envoy } from '../envoy-api/index.ts'
import { countOf, keyOf, type StoredOf } from '../model/index.ts'
import { totalWeight } from './defaults.ts'
import { clusterOf } from './environment-ports.ts'
import { weightRuntimePrefix } from './names.ts'

/** One way: whom it is for, and where it leads. The first that matches is taken. */
export interface TrafficArm {
  /** What a request must have beyond the match of its rule; empty: everybody. */
  readonly match: Pick<envoy.RouteMatch, 'headers' | 'queryParameters' | 'dynamicMetadata'>
  readonly action: Pick<envoy.RouteAction, 'weightedClusters' | 'requestMirrorPolicies' | 'hashPolicy'>
  /** Clusters that it names, mirrors included. */
  readonly clusters: readonly string[]
}

/** The ways of one service and port, the last for everybody; or what keeps them from being said. */
export interface TrafficArms {
  readonly arms: readonly TrafficArm[]
  readonly violations: readonly Violation[]
}

/**
 * Weighted clusters, also when one environment has everything: one form for every state of the traffic, so that
 * a switch, a split and a return differ in this list alone and the runtime keys are always there. Environments
 * stand in the order of the Service, whatever their shares: with a hash policy a growing share keeps its users.
 * An environment without a share is not named: a name here would make an idle environment hold up a push.
 */
export function trafficArms(
  service: StoredOf<'Service'>,
  traffic: StoredOf<'Traffic'>,
  port: string,
): TrafficArms {
  const weights = new Map(Object.entries(traffic.spec.weights))
  const violations: Violation[] = []
  const clusters: { readonly name: string; readonly weight: number }[] = []
  service.spec.environments.forEach((environment, index) => {
    const weight = weights.get(environment.name)
    weights.delete(environment.name)
    if (weight === undefined || weight === 0) return
    const name = clusterOf(service, environment.name, port)
    if (name !== undefined) clusters.push({ name, weight })
    if (countOf(environment.endpoints) === 0) {
      violations.push({
        object: keyOf(service),
        path: `spec.environments[${index}].endpoints.static`,
        message: `found no endpoint, wanted at least one: "${environment.name}" has ${weight / 100} % of the traffic`,
      })
    }
  })
  for (const unknown of weights.keys()) {
    violations.push({
      object: keyOf(traffic),
      path: `spec.weights.${unknown}`,
      message: `${keyOf(service)} has no environment "${unknown}", wanted one of ${service.spec.environments
        .map((environment) => `"${environment.name}"`)
        .join(', ')}`,
    })
  }
  const total = clusters.reduce((sum, { weight }) => sum + weight, 0)
  if (total !== totalWeight && violations.length === 0) {
    violations.push({
      object: keyOf(traffic),
      path: 'spec.weights',
      message: `found a sum of ${total}, wanted ${totalWeight}`,
    })
  }
  const everybody: TrafficArm = {
    match: {},
    action: {
      weightedClusters: {
        clusters,
        runtimeKeyPrefix: weightRuntimePrefix(service.namespace, service.name),
      },
    },
    clusters: clusters.map(({ name }) => name),
  }
  return { arms: [everybody], violations }
}
