// Service → its clusters and load assignments, all declared environments: what is declared stays warm.
import type { ServiceEndpoints, StoredOf } from '../model/index.ts'
import { cluster } from './clusters.ts'
import { assignment } from './endpoints.ts'
import { environmentPorts } from './environment-ports.ts'
import { identityMemo } from './memo.ts'
import { byName } from './order.ts'
import { withRegistered } from './registered.ts'
import { mirrorDrafts } from './traffic/mirror-clusters.ts'
import type { DraftService } from './types.ts'

/** Makes the drafts of a Service; the same Service, endpoints and mirrors give the same drafts. */
export function createServices(): (
  service: StoredOf<'Service'>,
  observed: ServiceEndpoints | undefined,
  policy: StoredOf<'TrafficPolicy'> | undefined,
) => DraftService {
  const memo = identityMemo<StoredOf<'Service'>, DraftService>()
  return (service, observed, policy) =>
    memo(service, [observed, policy?.spec.mirrors], () => {
      const { targets: declared, violations } = environmentPorts(service)
      const targets = declared.map((target) => withRegistered(service, target, observed))
      const mirrors = mirrorDrafts(service, policy, targets)
      return {
        service,
        clusters: [...targets.map(cluster), ...mirrors.clusters].sort(byName),
        assignments: [
          ...targets.filter(({ dns }) => dns === undefined).map(assignment),
          ...mirrors.assignments,
        ].sort(byName),
        localities: targets
          .filter(({ upstream }) => upstream.loadBalancing?.zones === 'Local')
          .flatMap(({ endpoints }) => endpoints.map(({ locality = {} }) => locality)),
        violations,
      }
    })
}
