// Endpoints as people look at them: static and registered ones, with who vouches for them and how long.
import { endpointText, notRegistered, readEndpoints, type World } from '../model/index.ts'
import { endpointsIn } from './neighbours.ts'
import { isPresent, placeText } from './place.ts'
import { lapseOf, observedIn, registeredAt } from './registry.ts'
import type { EndpointView, Place, Registry } from './types.ts'

/** Which ones; what is left out matches all. */
export interface Filter {
  readonly namespace?: string
  readonly service?: string
  readonly environment?: string
  readonly owner?: string
}

/** Sorted by place, then address. */
export function viewsOf(
  registry: Registry,
  { heads, applied }: { readonly heads: World; readonly applied: World },
  now: number,
  filter: Filter,
): readonly EndpointView[] {
  const matches = ({ namespace, service, environment }: Omit<Place, 'incarnation'>): boolean =>
    (filter.namespace ?? namespace) === namespace &&
    (filter.service ?? service) === service &&
    (filter.environment ?? environment) === environment
  const views = [...registeredViews(registry, now, matches)]
  for (const view of staticViews(registry, heads, matches)) views.push(view)
  const releases = new Map<string, string>()
  const releaseOf = (place: Place): string => {
    const key = placeText(place)
    const known = releases.get(key) ?? releaseIn([heads, applied], place)
    releases.set(key, known)
    return known
  }
  return views
    .filter(({ owner }) => filter.owner === undefined || owner === filter.owner)
    .map((view) => ({ view, key: `${placeText(view.place)} ${endpointText(view.endpoint)}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ view }) => ({ ...view, release: releaseOf(view.place) }))
}

function* registeredViews(
  { services }: Registry,
  now: number,
  matches: (place: Place) => boolean,
): Generator<EndpointView> {
  for (const slots of services.values()) {
    for (const { place, parts } of slots.values()) {
      if (!matches(place)) continue
      for (const { owner, registrations } of parts.values()) {
        for (const registration of registrations.values()) {
          const { ttlMs, drained } = registration
          const leftMs = ttlMs === undefined ? undefined : Math.round(lapseOf(registration) - now)
          const endpoint = observedIn(registration)
          yield { place, source: 'registered', owner, endpoint, drained, ttlMs, leftMs, release: '' }
        }
      }
    }
  }
}

function* staticViews(
  registry: Registry,
  heads: World,
  matches: (place: Place) => boolean,
): Generator<EndpointView> {
  for (const object of heads.values()) {
    if (object.kind !== 'Service') continue
    for (const environment of object.spec.environments) {
      const incarnation = object.incarnations[environment.name] ?? 0
      const place = {
        namespace: object.namespace,
        service: object.name,
        environment: environment.name,
        incarnation,
      }
      if (!matches(place)) continue
      const taken = endpointsIn(registeredAt(registry, place))
      const fixed = notRegistered(environment.endpoints.static, taken)
      const read = readEndpoints(fixed, object.spec, [])
      for (const endpoint of 'value' in read ? read.value : []) {
        const none = { owner: '', drained: false, ttlMs: undefined, leftMs: undefined, release: '' }
        yield { place, source: 'static', endpoint, ...none }
      }
    }
  }
}

/** What runs there; empty when the incarnation is gone. */
function releaseIn(worlds: readonly World[], place: Place): string {
  for (const world of worlds) {
    const service = world.get(`${place.namespace}/Service/${place.service}`)
    if (service?.kind !== 'Service' || !isPresent(world, place)) continue
    return service.spec.environments.find(({ name }) => name === place.environment)?.release.version ?? ''
  }
  return ''
}
