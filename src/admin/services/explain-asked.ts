// The request of a message, read: URL, method, headers, claims; each fault names its field.
import type { ExplainRequest, NamedValue } from '../../api/index.ts'
import { err, invalid, limits, ok, type Problem, type Result, type Violation } from '../../base/index.ts'
import type { Asked } from '../../explain/index.ts'
import { parseCidr } from '../../model/index.ts'

/** What is asked of the proxies, or everything that is wrong with it. */
export function readAsked(request: ExplainRequest): Result<Asked, Problem> {
  const faults: Violation[] = []
  const wrong = (path: string, message: string): void => {
    faults.push({ path, message })
  }
  const url =
    /^(?:(?<scheme>https?|tcp):\/\/)?(?<authority>(?:\[[0-9a-f:.]*\]|[^/?#\s:[\]]*)(?::\d{1,5})?)(?<path>[/?][^#]*)?(?:#.*)?$/i.exec(
      request.url,
    )
  if (request.url.length > limits.explainedTextLength || url === null || hasControls(request.url)) {
    wrong('url', `found ${found(request.url)}, wanted a URL such as http://shop.test/cart, or tcp://:5432`)
  }
  const { scheme = 'http', authority = '', path = '/' } = url?.groups ?? {}
  const method = request.method === '' ? 'GET' : request.method
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(method)) {
    wrong('method', `found ${found(method)}, wanted a method such as GET`)
  }
  const asScheme = schemeOf(scheme)
  if (asScheme !== 'tcp' && authority === '' && url !== null)
    wrong('url', `found no host in ${found(request.url)}`)
  if (request.headers.length + request.claims.length > limits.fieldsExplained) {
    wrong('headers', `wanted at most ${limits.fieldsExplained} headers and claims`)
  }
  request.headers.forEach(({ name, value }, index) => {
    const at = `headers[${index}]`
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(name))
      wrong(`${at}.name`, `found ${found(name)}, wanted the name of a header`)
    if (value.length > limits.explainedTextLength || hasControls(value)) {
      wrong(`${at}.value`, 'wanted a value without control characters')
    }
  })
  if (request.sourceAddress !== '' && 'message' in parseCidr(request.sourceAddress)) {
    wrong('source_address', `found ${found(request.sourceAddress)}, wanted an IP address`)
  }
  if (faults.length > 0) return err(invalid(faults))
  return ok({
    ...{ scheme: asScheme, authority, method },
    path: path.startsWith('?') ? `/${path}` : path,
    headers: request.headers.map(({ name, value }) => ({ name: name.toLowerCase(), value: value.trim() })),
    ...(request.sni === '' ? {} : { sni: request.sni }),
    ...(request.sourceAddress === '' ? {} : { sourceAddress: request.sourceAddress }),
    ...(request.claims.length === 0 ? {} : { claims: claimsOf(request.claims) }),
    ...(request.locality === null ? {} : { place: placeOf(request.locality) }),
  })
}

const schemeOf = (text: string): Asked['scheme'] => {
  const scheme = text.toLowerCase()
  return scheme === 'https' || scheme === 'tcp' ? scheme : 'http'
}

const hasControls = (text: string): boolean => /\p{Cc}/u.test(text)
const found = (text: string): string => JSON.stringify(text.slice(0, limits.foundLength))

function claimsOf(claims: readonly NamedValue[]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, readonly string[]>()
  for (const { name, value } of claims) values.set(name, [...(values.get(name) ?? []), value])
  return values
}

/** What is left out may be anywhere. */
const placeOf = ({ region, zone, subZone }: NonNullable<ExplainRequest['locality']>) => ({
  ...(region === '' ? {} : { region }),
  ...(zone === '' ? {} : { zone }),
  ...(subZone === '' ? {} : { subZone }),
})
