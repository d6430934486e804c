// How many endpoints an environment has: declared in its Service, and registered.

import type { ContentOf } from '../objects.ts'
import { type Observed, registeredIn } from '../observed.ts'
import { notRegistered } from '../registered-endpoints.ts'
import { numberOf } from './traffic.ts'

export interface EndpointCounts {
  /** Of its Service, and not registered too; a host name counts as one. */
  readonly declared: number
  readonly registered: number
  /** Of all of them, those that take new requests. */
  readonly usable: number
  /** Usable ones whose lease ran out: nobody vouches for them. */
  readonly lapsed: number
}

/** The endpoints of an environment in the incarnation that its Service gives it. */
export function countEndpoints(
  service: Pick<ContentOf<'Service'>, 'namespace' | 'name' | 'spec' | 'incarnations'>,
  environment: string,
  observed: Observed | undefined,
): EndpointCounts {
  const found = service.spec.environments.find(({ name }) => name === environment)
  if (found === undefined) return { declared: 0, registered: 0, usable: 0, lapsed: 0 }
  const { dns, static: fixed, registered: takes } = found.endpoints
  const incarnation = numberOf(service.incarnations, environment)
  const registered = takes === true ? registeredIn(observed, service, `${environment}.${incarnation}`) : []
  const left = notRegistered(fixed, registered)
  const declared = dns?.hosts.length ?? left.length
  const draining = [...left, ...registered].filter((each) => each.draining === true).length
  return {
    declared,
    registered: registered.length,
    usable: declared + registered.length - draining,
    lapsed: registered.filter((each) => each.lapsed === true && each.draining !== true).length,
  }
}
