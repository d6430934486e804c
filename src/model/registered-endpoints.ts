// Endpoints as a deploy tool registers them: by the API, a command or a file. The same fields as a Service's static ones.
import { z } from 'zod'
import { limits, type Violation } from '../base/index.ts'
import { canonicalAddress } from './address.ts'
import { name } from './fields.ts'
import { type Endpoint, endpoint } from './kinds/service/endpoints.ts'
import { portFaults, type ServiceSpec } from './kinds/service.ts'
import { type Fault, type Path, parsePath, pathText, violationsOf } from './manifests/faults.ts'
import { check } from './manifests/translate-issues.ts'
import { yamlDocuments } from './manifests/yaml-documents.ts'
import type { ObservedEndpoint } from './observed.ts'

const most = `wanted at most ${limits.endpointsPerEnvironment} endpoints`
const endpointList = z.array(endpoint).max(limits.endpointsPerEnvironment, most)
const reference = endpoint.pick({ address: true, port: true, ports: true })
const referenceList = z.array(reference).max(limits.endpointsPerEnvironment, most)

/** Names an endpoint: an address, and its port or ports where the address has several endpoints. */
export type EndpointReference = z.infer<typeof reference>

type Read<T> = { readonly value: T } | { readonly violations: readonly Violation[] }

/** Endpoints with the ports of their service, each address once; or every fault with its field. */
export function readEndpoints(
  value: unknown,
  spec: ServiceSpec,
  at: Path,
): Read<readonly ObservedEndpoint[]> {
  const checked = check(endpointList, value, at)
  if ('faults' in checked) return { violations: violationsOf(checked.faults, {}) }
  const faults: Fault[] = []
  const first = new Map<string, number>()
  const found = checked.value.map((each, index) => {
    for (const { field, message } of portFaults(
      each,
      spec.ports.map((port) => port.name),
    ))
      faults.push({ path: [...at, index, ...field], message })
    const made = observedOf(each, spec)
    const twice = socketsOf(made).find((socket) => first.has(socket))
    if (twice !== undefined) {
      const message = `${endpointText(made)} is there twice (also at [${first.get(twice)}])`
      faults.push({ path: [...at, index, 'address'], message })
    }
    for (const socket of socketsOf(made)) if (!first.has(socket)) first.set(socket, index)
    return made
  })
  return faults.length > 0 ? { violations: violationsOf(faults, {}) } : { value: found }
}

/** Endpoints by their own fields, where no service is at hand to say which ports it has. */
export function readEndpointFields(value: unknown, at: string): Read<readonly Endpoint[]> {
  const checked = check(endpointList, value, parsePath(at))
  return 'faults' in checked ? { violations: violationsOf(checked.faults, {}) } : checked
}

/** Names of endpoints, or every fault with its field. */
export function readReferences(value: unknown, at: Path): Read<readonly EndpointReference[]> {
  const checked = check(referenceList, value, at)
  return 'faults' in checked ? { violations: violationsOf(checked.faults, {}) } : checked
}

function observedOf({ port, ports, address, ...rest }: Endpoint, spec: ServiceSpec): ObservedEndpoint {
  const [only] = spec.ports
  const numbers = ports ?? (only === undefined || port === undefined ? {} : { [only.name]: port })
  const { weight, priority, locality, draining } = rest
  return {
    address: canonicalAddress(address),
    ports: Object.fromEntries(Object.entries(numbers).sort(([a], [b]) => (a < b ? -1 : 1))),
    ...(weight === undefined || weight === 1 ? {} : { weight }),
    ...(priority === undefined || priority === 0 ? {} : { priority }),
    ...(locality === undefined ? {} : { locality: placeOf(locality) }),
    ...(draining === true ? { draining } : {}),
  }
}

function placeOf({ region, zone, subZone }: NonNullable<Endpoint['locality']>) {
  return {
    ...(region === undefined ? {} : { region }),
    ...(zone === undefined ? {} : { zone }),
    ...(subZone === undefined ? {} : { subZone }),
  }
}

/** Each port with the address: what no two endpoints of an environment share. */
export const socketsOf = ({
  address,
  ports,
}: Pick<ObservedEndpoint, 'address' | 'ports'>): readonly string[] =>
  Object.entries(ports).map(([port, number]) => `${port} ${address} ${number}`)

/** Static endpoints that are not registered too: where they are, what was registered goes. */
export function notRegistered(
  statics: readonly Endpoint[],
  registered: readonly ObservedEndpoint[],
): readonly Endpoint[] {
  if (registered.length === 0) return statics
  const taken = new Set(
    registered.flatMap(({ address, ports }) => Object.values(ports).map((number) => `${address} ${number}`)),
  )
  return statics.filter(({ address, port, ports }) => {
    const numbers = ports === undefined ? [port] : Object.values(ports)
    return !numbers.every((number) => taken.has(`${canonicalAddress(address)} ${number}`))
  })
}

/** `10.0.0.1:8080`; with several ports `10.0.0.1:admin=9000,http=8080`. */
export function endpointText({ address, ports }: Pick<ObservedEndpoint, 'address' | 'ports'>): string {
  const host = address.includes(':') ? `[${address}]` : address
  const numbers = Object.entries(ports)
  const [only] = numbers
  if (numbers.length === 1 && only !== undefined) return `${host}:${only[1]}`
  return `${host}:${numbers.map(([port, number]) => `${port}=${number}`).join(',')}`
}

/** Whether the reference means the endpoint. */
export function isMeant({ address, port, ports }: EndpointReference, endpoint: ObservedEndpoint): boolean {
  if (canonicalAddress(address) !== endpoint.address) return false
  const numbers = Object.values(endpoint.ports)
  if (port !== undefined && !(numbers.length === 1 && numbers[0] === port)) return false
  return Object.entries(ports ?? {}).every(([each, number]) => endpoint.ports[each] === number)
}

const entry = z
  .strictObject({
    namespace: name.default('default'),
    service: name,
    environment: name,
    release: z.string().min(1).max(256).optional(),
    incarnation: z.int('wanted a number from 1 on').min(1, 'wanted a number from 1 on').optional(),
    endpoints: z.array(z.unknown()).max(limits.endpointsPerEnvironment, most),
  })
  .superRefine(({ release, incarnation }, context) => {
    if (release !== undefined || incarnation !== undefined) return
    // A file is read again and again: backends of an old release must not turn up under the next one.
    const message = 'missing, wanted the release that these endpoints run (or "incarnation")'
    context.addIssue({ code: 'custom', message, path: ['release'] })
  })
const endpointsFile = z.strictObject({
  endpoints: z
    .array(entry)
    .max(limits.endpointFileEntries, `wanted at most ${limits.endpointFileEntries} environments`),
})

/** What a file says of one environment. Its endpoints are not looked at yet: their ports depend on the service. */
export type EndpointsEntry = z.infer<typeof entry> & {
  /** Where it stands in the file: `endpoints[2]`. */
  readonly path: string
}

/**
 * A file of endpoints (YAML or JSON): `endpoints: [{service, environment, endpoints: […]}]`. An empty text or one that ends
 * early is a fault, not the word that there are none: that is `endpoints: []`.
 */
export function parseEndpointsFile(text: string, file: string): Read<readonly EndpointsEntry[]> {
  const [document, second] = yamlDocuments(text)
  if (document === undefined) {
    const message = 'found nothing, wanted "endpoints:" and a list ("endpoints: []" says that there are none)'
    return { violations: [{ path: '', message, file }] }
  }
  const { locate } = document
  if (document.faults.length > 0) return { violations: violationsOf(document.faults, { file, locate }) }
  if (second !== undefined) {
    return { violations: [{ path: '', message: 'found a second document, wanted one', file }] }
  }
  const checked = check(endpointsFile, document.value)
  if ('faults' in checked) return { violations: violationsOf(checked.faults, { file, locate }) }
  const faults: Fault[] = []
  const first = new Map<string, number>()
  checked.value.endpoints.forEach(({ namespace, service, environment }, index) => {
    const key = `${namespace}/${service}/${environment}`
    const earlier = first.get(key)
    if (earlier === undefined) first.set(key, index)
    else {
      const message = `environment "${environment}" of ${namespace}/${service} is there twice (also at [${earlier}])`
      faults.push({ path: ['endpoints', index, 'environment'], message })
    }
  })
  if (faults.length > 0) return { violations: violationsOf(faults, { file, locate }) }
  return {
    value: checked.value.endpoints.map((each, index) => ({ ...each, path: pathText(['endpoints', index]) })),
  }
}
