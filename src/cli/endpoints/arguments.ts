// Endpoints as they stand on a command line or in a file → messages of the API.
import type { Endpoint, Input } from '../../api/index.ts'
import { err, invalid, ok, type Problem, type Result, type Violation } from '../../base/index.ts'
import { type EndpointsEntry, readEndpointFields } from '../../model/index.ts'

type Address = Pick<Input<Endpoint>, 'address' | 'port' | 'ports'>

/** `10.0.0.7`, `10.0.0.7:8080`, `[::1]:8080`, `10.0.0.7:http=8080,admin=9000`. */
export function parseAddresses(texts: readonly string[]): Result<readonly Address[], Problem> {
  const found: Address[] = []
  const faults: Violation[] = []
  for (const text of texts) {
    const address = parseAddress(text)
    if (address !== undefined) found.push(address)
    else {
      const message = `wanted ADDRESS:PORT, such as 10.0.0.7:8080, found ${JSON.stringify(text.slice(0, 100))}`
      faults.push({ path: '', message })
    }
  }
  return faults.length > 0 ? err(invalid(faults)) : ok(found)
}

function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(.+))?$/.exec(text)
  if (match === null)
    return /^[0-9A-Fa-f:.]+$/.test(text) && text.includes('::') ? { address: text } : undefined
  const [, inBrackets, plain, rest] = match
  const address = inBrackets ?? plain ?? ''
  if (rest === undefined) return { address }
  if (/^\d{1,5}$/.test(rest)) return { address, port: Number(rest) }
  const ports: [string, number][] = []
  for (const part of rest.split(',')) {
    const named = /^([a-z0-9-]+)=(\d{1,5})$/.exec(part)
    if (named?.[1] === undefined) return undefined
    ports.push([named[1], Number(named[2])])
  }
  return { address, ports: Object.fromEntries(ports) }
}

/** The endpoints of one environment of a file; their ports are the server's to judge. */
export function fromFile(
  { endpoints, path }: EndpointsEntry,
  file: string,
): Result<readonly Input<Endpoint>[], Problem> {
  const read = readEndpointFields(endpoints, `${path}.endpoints`)
  if ('violations' in read) return err(invalid(read.violations.map((fault) => ({ ...fault, file }))))
  return ok(
    read.value.map(({ locality, draining, ...rest }) => ({
      ...rest,
      ...(locality === undefined ? {} : { locality }),
      draining: draining === true,
    })),
  )
}
