// Decides what a browser may send to the HTTP port: pages of other sites reach it too, on the machines of those who can. A
// port on loopback answers only to loopback names, so that no page can point its own name at it (DNS rebinding); nothing is
// answered to other origins; changes are not taken from other sites. Who sends none of these headers is no browser.
import { err, limits, ok, type Problem, type Result } from '../base/index.ts'
import { isLoopback } from './listen-rule.ts'

/** What the headers of a request say; absent where there is none. */
export interface WebFacts {
  /** `127.0.0.1:18002`. */
  readonly host: string | undefined
  readonly origin: string | undefined
  /** Sec-Fetch-Site. */
  readonly site: string | undefined
}

/** Whether a request may come in; the refusal says which header it was. */
export function checkWeb(
  { host, origin, site }: WebFacts,
  to: { readonly onLoopback: boolean; readonly changes: boolean },
): Result<void, Problem> {
  if (to.onLoopback && host !== undefined && !isOwnName(host)) {
    return refuse(
      `Host ${shown(host)} is no name of this machine, and the port listens on loopback only: use localhost or 127.0.0.1 (a proxy in front: let it send Host: localhost)`,
    )
  }
  if (origin !== undefined && originHost(origin) !== host?.toLowerCase())
    return refuse(`Origin ${shown(origin)} is another site: nothing is answered to pages of others`)
  if (to.changes && site !== undefined && site !== 'same-origin' && site !== 'none')
    return refuse(`Sec-Fetch-Site ${shown(site)}: a change does not come from a page of another site`)
  return ok(undefined)
}

/** `localhost:18002`, `x.localhost`, `[::1]:18002`, `127.0.0.1`. */
function isOwnName(host: string): boolean {
  const name = host.replace(/:\d*$/, '').toLowerCase()
  return isLoopback(name) || name.endsWith('.localhost')
}

/** Host and port of an origin as a Host header has them; undefined: it is opaque (`null`) or none. */
function originHost(origin: string): string | undefined {
  return /^https?:\/\/([^/?#@\\]+)$/i.exec(origin)?.[1]?.toLowerCase()
}

const shown = (text: string): string => JSON.stringify(text.slice(0, limits.foundLength))

const refuse = (message: string): Result<never, Problem> =>
  err({ kind: 'denied', authenticated: true, message })
