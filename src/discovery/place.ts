// Names of places, and the place that a command means.
import { err, invalid, ok, type Problem, type Result } from '../base/index.ts'
import type { Environment, StoredOf, World } from '../model/index.ts'
import type { Place, Target } from './types.ts'

/** `namespace/service`. */
export const serviceKey = ({ namespace, service }: Pick<Place, 'namespace' | 'service'>): string =>
  `${namespace}/${service}`

/** `environment.incarnation`. */
export const slotKey = ({ environment, incarnation }: Pick<Place, 'environment' | 'incarnation'>): string =>
  `${environment}.${incarnation}`

/** `shop/checkout/green.2`: as its Envoy cluster is called. */
export const placeText = (place: Place): string => `${serviceKey(place)}/${slotKey(place)}`

/** A place that takes registrations, with what its service says of it. */
export interface Found {
  readonly place: Place
  readonly service: StoredOf<'Service'>
  readonly environment: Environment
}

/** The place that is meant, as the heads have it, or why there is none. */
export function findPlace(heads: World, target: Target): Result<Found, Problem> {
  const { namespace, service: name, environment: slot } = target
  const service = heads.get(`${namespace}/Service/${name}`)
  if (service?.kind !== 'Service') {
    return err({
      kind: 'notFound',
      message: `there is no Service ${cut(namespace)}/${cut(name)}: apply it first`,
    })
  }
  const environment = service.spec.environments.find((each) => each.name === slot)
  const incarnation = Object.hasOwn(service.incarnations, slot) ? service.incarnations[slot] : undefined
  const title = `Service ${namespace}/${name}`
  if (environment === undefined || incarnation === undefined) {
    const known = service.spec.environments.map((each) => `"${each.name}"`).join(', ')
    const message = `${title} has no environment "${cut(slot)}", wanted one of ${known}`
    return err(invalid([{ path: 'environment', message }]))
  }
  if (environment.endpoints.registered !== true) {
    const message = `environment "${slot}" of ${title} takes no registered endpoints: say "endpoints: {registered: true}" there and apply it`
    return err({ kind: 'precondition', message })
  }
  const there = `${slot}.${incarnation} (release ${environment.release.version})`
  if (target.incarnation !== undefined && target.incarnation !== incarnation) {
    const gone = target.incarnation < incarnation ? 'is gone' : 'was never there'
    const message = `${title}: ${slot}.${target.incarnation} ${gone}; there is ${there}`
    return err({ kind: 'precondition', message })
  }
  if (target.release !== undefined && target.release !== environment.release.version) {
    const message = `${title}: environment "${slot}" has no release ${cut(target.release)}; there is ${there}: apply the release first`
    return err({ kind: 'precondition', message })
  }
  return ok({ place: { namespace, service: name, environment: slot, incarnation }, service, environment })
}

/** Whether the world's service has this incarnation. */
export function isPresent(world: World, { namespace, service, environment, incarnation }: Place): boolean {
  const found = world.get(`${namespace}/Service/${service}`)
  if (found?.kind !== 'Service') return false
  return Object.hasOwn(found.incarnations, environment) && found.incarnations[environment] === incarnation
}

const cut = (text: string): string => text.slice(0, 100)
