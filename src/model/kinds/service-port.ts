// A port of a Service that somebody refers to: it must be there, and what it speaks must be what they can lead.
import type { Mismatch } from '../kind-definition.ts'
import type { ContentOf, ObjectContent } from '../objects.ts'

/** What is wrong with a reference to this port. `reader` is who reads the requests: `a Route`. */
export function portMismatch(
  target: ObjectContent,
  port: string | undefined,
  at: string,
  reader: string,
): readonly Mismatch[] {
  return mismatch(target, port, at, ({ name, protocol }, service) =>
    protocol === 'TCP'
      ? `port "${name}" of Service "${service}" speaks TCP, wanted HTTP, HTTP2 or GRPC: ${reader} reads requests`
      : undefined,
  )
}

/** What is wrong with a reference of a listener for TCP to this port. */
export const tcpPortMismatch = (
  target: ObjectContent,
  port: string | undefined,
  at: string,
): readonly Mismatch[] =>
  mismatch(target, port, at, ({ name, protocol }, service) =>
    protocol === 'TCP'
      ? undefined
      : `port "${name}" of Service "${service}" speaks ${protocol}, wanted TCP: a Route leads its requests`,
  )

type Port = ContentOf<'Service'>['spec']['ports'][number]

function mismatch(
  target: ObjectContent,
  port: string | undefined,
  at: string,
  fault: (chosen: Port, service: string) => string | undefined,
): readonly Mismatch[] {
  if (target.kind !== 'Service') return []
  const { ports } = target.spec
  const names = ports.map((each) => each.name)
  if (port === undefined && names.length > 1) {
    return [
      { path: at, message: `missing: Service "${target.name}" has several ports, wanted ${quoted(names)}` },
    ]
  }
  const chosen = port === undefined ? ports[0] : ports.find((each) => each.name === port)
  if (chosen === undefined) {
    return [{ path: at, message: `Service "${target.name}" has no port "${port}", wanted ${quoted(names)}` }]
  }
  const message = fault(chosen, target.name)
  return message === undefined ? [] : [{ path: at, message }]
}

/** `"a"`, `one of "a", "b"`. */
export const quoted = (names: readonly string[]): string =>
  `${names.length === 1 ? '' : 'one of '}${names.map((each) => `"${each}"`).join(', ')}`
