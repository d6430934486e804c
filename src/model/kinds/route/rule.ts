// One rule of a Route: what it matches, where that goes, and what is done on the way.
import { z } from 'zod'
import { limits, regexFault } from '../../../base/index.ts'
import { anyDuration, name } from '../../fields.ts'
import { directResponse, redirect, rewrite } from './action.ts'
import { cors } from './cors.ts'
import { fault } from './fault.ts'
import { headerChanges } from './header-changes.ts'
import { type Match, match } from './match.ts'
import { prefixRemoval, segments } from './prefixes.ts'
import { rateLimit } from './rate-limit.ts'
import { retry } from './retry.ts'
import { upgrades } from './upgrades.ts'

/** What a route without a time-out of its own has, in milliseconds: as in Envoy. */
export const defaultRouteTimeoutMs = 15_000

const fields = z.strictObject({
  name: name.optional().describe('For people.'),
  matches: z
    .array(match)
    .max(limits.matchesPerRule)
    .default([])
    .describe(
      'Any of them; none means every request. An exact path goes before a regular expression, that before a prefix, a longer one before a shorter; then methods, more headers, more query parameters.',
    ),
  service: z
    .strictObject({
      name: name.describe('A Service of the same namespace.'),
      port: name.optional().describe('A port of it; may be left out when there is only one.'),
    })
    .optional()
    .describe('Where matching requests go. This, `redirect` or `directResponse`.'),
  redirect: redirect.optional().describe('Sends the client elsewhere.'),
  directResponse: directResponse.optional().describe("The proxy's own answer."),
  timeout: anyDuration
    .optional()
    .describe(
      'For the whole response, retries included. `0s`: none, for streams. Default 15 s. For gRPC the client may ask for less (`grpc-timeout`).',
    ),
  idleTimeout: anyDuration
    .optional()
    .describe('Time without a byte in either direction. `0s`: none. Default 5 min.'),
  maxStreamDuration: anyDuration
    .optional()
    .describe('For request and response together, whatever flows. `0s`: none, which is the default.'),
  retry: retry.optional().describe('When a request is tried again. Default: never.'),
  rewrite: rewrite.optional().describe('What the backend is asked for instead.'),
  requestHeaders: headerChanges('request').optional().describe('Headers on their way to the backend.'),
  responseHeaders: headerChanges('response').optional().describe('Headers on their way to the client.'),
  upgrades: upgrades.optional().describe('WebSockets and CONNECT.'),
  maxRequestBytes: z
    .int('wanted a number of bytes')
    .min(1, 'wanted at least 1')
    .max(limits.bufferedRequestBytes, `wanted at most ${limits.bufferedRequestBytes}`)
    .optional()
    .describe(
      'Requests wait in the proxy until they are whole; larger ones are answered 413. Not for streams.',
    ),
  rateLimit: rateLimit
    .optional()
    .describe(
      'Of each proxy by itself; what is beyond is answered 429. Each match of the rule is counted alone.',
    ),
  fault: fault.optional().describe('Failures on purpose, for rehearsals.'),
  cors: cors.optional().describe('Which pages of other origins may read the answers.'),
})

/** What is of use only on the way to a service; Envoy answers no preflight of other routes. */
const forwarding = [
  'timeout',
  'idleTimeout',
  'maxStreamDuration',
  'retry',
  'rewrite',
  'requestHeaders',
  'upgrades',
  'maxRequestBytes',
  'cors',
] as const

export const rule = fields.superRefine((each, context) => {
  const issue = (path: PropertyKey[], message: string): void => {
    context.addIssue({ code: 'custom', message, path })
  }
  const actions = (['service', 'redirect', 'directResponse'] as const).filter(
    (field) => each[field] !== undefined,
  )
  const [action, ...more] = actions
  if (action === undefined) {
    issue(['service'], 'missing, wanted "service", "redirect" or "directResponse"')
    return
  }
  for (const field of more) issue([field], `wanted none beside "${action}": a rule does one thing`)
  if (action !== 'service') {
    for (const field of forwarding) {
      if (each[field] !== undefined) issue([field], `wanted only with "service": "${action}" asks no backend`)
    }
  }
  const { matches, retry: again, timeout = defaultRouteTimeoutMs } = each
  for (const field of ['perTryTimeout', 'perTryIdleTimeout'] as const) {
    const given = again?.[field]
    if (given === undefined || timeout === 0 || given <= timeout) continue
    const whole = each.timeout === undefined ? 'timeout, which is 15s where nothing is said' : 'timeout'
    issue(['retry', field], `wanted at most the ${whole}`)
  }
  if (each.redirect?.prefix !== undefined) {
    prefixFaults(['redirect', 'prefix'], each.redirect.prefix, matches, issue)
  }
  if (each.rewrite?.prefix !== undefined) {
    prefixFaults(['rewrite', 'prefix'], each.rewrite.prefix, matches, issue)
  }
  connectFaults(each, issue)
})

export type Rule = z.infer<typeof rule>
type Issue = (path: PropertyKey[], message: string) => void

/** A prefix is replaced where one was matched; where nothing is put in its place, by an expression. */
function prefixFaults(path: PropertyKey[], to: string, matches: readonly Match[], issue: Issue): void {
  for (const [at, each] of matches.entries()) {
    if (
      each.grpc !== undefined ||
      each.connect === true ||
      (each.path !== undefined && !('prefix' in each.path))
    ) {
      issue(path, `wanted "path" or a rule of its own: matches[${at}] has no prefix that could be replaced`)
      return
    }
    if (segments(to) !== '' || each.path === undefined) continue
    if (regexFault(prefixRemoval(each.path.prefix)) === undefined) continue
    issue(path, `wanted another prefix, or a shorter one in matches[${at}]: it is too long to be taken away`)
    return
  }
}

/** CONNECT is taken by a match and by an upgrade, and by nothing else. */
function connectFaults({ matches, upgrades: taken, ...each }: Rule, issue: Issue): void {
  const connects = matches.filter((one) => one.connect === true).length
  if (taken?.connect === undefined) {
    const at = matches.findIndex((one) => one.connect === true)
    if (at !== -1 && each.service !== undefined) {
      issue(['matches', at, 'connect'], 'wanted "upgrades.connect" with it, or Envoy answers it 403')
    }
    return
  }
  if (connects === 0 || connects < matches.length) {
    issue(['upgrades', 'connect'], 'wanted only where every match has "connect: true"')
  }
  for (const field of ['rewrite', 'retry', 'maxRequestBytes'] as const) {
    if (each[field] !== undefined)
      issue([field], 'wanted none with CONNECT: what follows are bytes, not a request')
  }
}
