// Addresses: of listeners and of endpoints that come by EDS, IP addresses and nothing to look up.
import { isIpAddress } from '../../model/index.ts'
import { type Check, enumName, type Fault, type Fields, get, has, isFields, list, text } from './fault.ts'

const protocols = ['TCP', 'UDP']

export const addressChecks: Readonly<Record<string, Check>> = {
  'envoy.config.listener.v3.Listener': function* (listener) {
    const wanted = has(get(listener, 'udpListenerConfig'), 'quicOptions') ? 'UDP' : 'TCP'
    yield* boundFaults(get(listener, 'address'), ['address'], wanted)
    for (const [index, each] of list(listener, 'additionalAddresses').entries()) {
      yield* boundFaults(get(each, 'address'), ['additionalAddresses', index, 'address'], wanted)
    }
  },
  // A load assignment inside a cluster may name hosts to look up; one that comes by itself may not.
  'envoy.config.endpoint.v3.ClusterLoadAssignment': function* (assignment, root) {
    if (root) yield* endpointFaults(assignment)
  },
}

/** What is wrong with the endpoints of a cluster that looks up no names. */
export function* endpointFaults(assignment: unknown): Iterable<Fault> {
  for (const [group, locality] of list(assignment, 'endpoints').entries()) {
    if (has(locality, 'ledsClusterLocalityConfig')) {
      yield {
        path: ['endpoints', group, 'ledsClusterLocalityConfig'],
        message: 'wanted the endpoints themselves: none come by LEDS',
      }
    }
    for (const [index, each] of list(locality, 'lbEndpoints').entries()) {
      const endpoint = get(each, 'endpoint')
      if (isPlain(endpoint)) continue
      const at = ['endpoints', group, 'lbEndpoints', index, 'endpoint']
      yield* socketFaults(get(endpoint, 'address'), [...at, 'address'])
      for (const [other, more] of list(endpoint, 'additionalAddresses').entries()) {
        yield* socketFaults(get(more, 'address'), [...at, 'additionalAddresses', other, 'address'])
      }
    }
  }
}

/** Whether an endpoint is an IP address and a port, and nothing else: nearly all are, and there are many. */
function isPlain(endpoint: unknown): boolean {
  const socket = get(get(endpoint, 'address'), 'socketAddress')
  return (
    isFields(endpoint) &&
    isFields(socket) &&
    Object.keys(endpoint).length === 1 &&
    Object.keys(socket).length === 2 &&
    has(socket, 'portValue') &&
    isIpAddress(text(socket, 'address'))
  )
}

/** What is wrong with an address to listen on. UDP is for HTTP/3 alone. */
function* boundFaults(
  address: unknown,
  path: readonly (string | number)[],
  wanted: 'TCP' | 'UDP',
): Iterable<Fault> {
  yield* socketFaults(address, path)
  const socket = get(address, 'socketAddress')
  const at = [...path, 'socketAddress']
  if (get(socket, 'ipv4Compat') === true && text(socket, 'address') !== '::') {
    yield { path: [...at, 'ipv4Compat'], message: 'wanted only with the address "::"' }
  }
  const protocol = enumName(socket, 'protocol', protocols)
  if (protocol !== wanted) yield { path: [...at, 'protocol'], message: `wanted ${wanted}, found ${protocol}` }
}

/** What is wrong with the address of a machine. */
export function* socketFaults(address: unknown, path: readonly (string | number)[]): Iterable<Fault> {
  const socket = get(address, 'socketAddress')
  if (!isFields(socket)) {
    // Pipes and internal addresses are files and listeners of the proxy's own machine.
    yield { path, message: 'wanted a socketAddress, found none' }
    return
  }
  const at = [...path, 'socketAddress']
  if (!isIpAddress(text(socket, 'address'))) {
    const found = JSON.stringify(text(socket, 'address').slice(0, 60))
    yield { path: [...at, 'address'], message: `wanted an IP address, found ${found}` }
  }
  yield* refused(socket, at, ['namedPort', 'resolverName', 'networkNamespaceFilepath'])
}

function* refused(
  message: Fields,
  at: readonly (string | number)[],
  names: readonly string[],
): Iterable<Fault> {
  for (const name of names) {
    const value = get(message, name)
    if (value !== undefined && value !== '') {
      yield { path: [...at, name], message: 'wanted nothing: it is of no use with an address and a port' }
    }
  }
}
