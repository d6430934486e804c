// What went wrong, as problem details (RFC 9457): the same closed set of problems as over gRPC, with the status of HTTP, and
// what only HTTP can do wrong. Nothing is cut here: a body has room.
import { type codes, type Failure, problemTable } from '../admin/index.ts'
import { limits, type Problem } from '../base/index.ts'

/** A refusal before it is written. */
export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: ProblemDetails
}

/** The members of application/problem+json. */
export interface ProblemDetails {
  /** Tells the kinds of problems apart; nothing is to be found there. */
  readonly type: string
  /** The same for every problem of its kind. */
  readonly title: string
  readonly status: number
  /** What happened here. */
  readonly detail: string
  /** The gRPC code that the same problem has. */
  readonly code: keyof typeof codes
  /** What to do about it. */
  readonly next?: string
  readonly [member: string]: unknown
}

const titles: Readonly<Record<Problem['kind'], string>> = {
  invalid: 'The request is not valid',
  notFound: 'There is no such thing',
  conflict: 'Somebody else was first',
  precondition: 'Not as things stand',
  limit: 'A bound was met',
  denied: 'Not allowed',
  deadline: 'Not there in the time given',
  unavailable: 'Not now',
}

const typeOf = (name: string): string => `tag:verdigris.dev,2026:problem/${name}`

/** The refusal of a failure. */
export function refusalOf(failure: Failure): Refusal {
  if (failure.kind === 'bug') {
    return refusal(500, {
      name: 'internal',
      title: 'A fault of the server',
      detail: failure.message,
      code: 'INTERNAL',
    })
  }
  const row = problemTable[failure.kind]
  const known = failure.kind === 'denied' && failure.authenticated
  return refusal(
    known ? 403 : row.http,
    {
      name: kebab(failure.kind),
      title: titles[failure.kind],
      detail: failure.message,
      code: known ? 'PERMISSION_DENIED' : row.code,
      next: row.todo,
      members: membersOf(failure),
    },
    failure.kind === 'unavailable' ? { 'retry-after': '1' } : {},
  )
}

function membersOf(problem: Problem): Readonly<Record<string, unknown>> {
  switch (problem.kind) {
    case 'invalid':
      return { violations: problem.violations }
    case 'conflict':
      return { winner: problem.winner, push: problem.push }
    case 'precondition':
      return { push: problem.push, refusals: problem.refusals }
    case 'deadline':
      return { push: problem.push }
    case 'limit':
      return { limit: problem.limit }
    case 'notFound':
    case 'denied':
    case 'unavailable':
      return {}
    default:
      return problem satisfies never
  }
}

/** No method of the API has this path. */
export const noSuchPath = (verb: string, path: string, hint: string): Refusal =>
  refusal(404, {
    name: 'no-such-path',
    title: 'There is no such path',
    detail: `no method of the API is called by ${verb} ${path.slice(0, limits.pathShown)}${hint}`,
    code: 'UNIMPLEMENTED',
    next: 'look in /v1alpha1/openapi.json for the paths there are',
  })

/** The path is there, the HTTP method is not its own. */
export const otherVerb = (verb: string, allow: readonly string[]): Refusal =>
  refusal(
    405,
    {
      name: 'method-not-allowed',
      title: 'Another HTTP method is wanted',
      detail: `${verb.slice(0, limits.foundLength)} is not served here; wanted ${allow.join(', ')}`,
      code: 'UNIMPLEMENTED',
    },
    { allow: allow.join(', ') },
  )

/** The body is longer than the bound. */
export const tooLarge = (): Refusal =>
  refusal(413, {
    name: 'too-large',
    title: 'The body is too large',
    detail: `wanted a body of at most ${limits.adminMessageBytes} bytes`,
    code: 'RESOURCE_EXHAUSTED',
    next: 'send fewer objects at once',
    members: { limit: 'adminMessageBytes' },
  })

/** A change that does not say it is JSON: what a form of a web page sends never does. */
export const notJson = (contentType: string | undefined): Refusal =>
  refusal(
    415,
    {
      name: 'unsupported-media-type',
      title: 'The body is no JSON',
      detail: `wanted content-type: application/json, found ${contentType === undefined ? 'none' : JSON.stringify(contentType.slice(0, limits.foundLength))}`,
      code: 'INVALID_ARGUMENT',
      next: "curl: --json '{…}', or -H 'content-type: application/json'",
    },
    { 'accept-post': 'application/json' },
  )

/** A body that is compressed. */
export const notEncoded = (encoding: string): Refusal =>
  refusal(
    415,
    {
      name: 'unsupported-media-type',
      title: 'The body is encoded',
      detail: `wanted a body without content-encoding, found ${JSON.stringify(encoding.slice(0, limits.foundLength))}`,
      code: 'INVALID_ARGUMENT',
    },
    { 'accept-encoding': 'identity' },
  )

function refusal(
  status: number,
  what: {
    readonly name: string
    readonly title: string
    readonly detail: string
    readonly code: keyof typeof codes
    readonly next?: string
    readonly members?: Readonly<Record<string, unknown>>
  },
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  const { name, title, detail, code, next, members } = what
  const body: ProblemDetails = {
    type: typeOf(name),
    title,
    status,
    detail,
    code,
    ...defined({ next }),
    ...defined(members ?? {}),
  }
  return { status, headers, body }
}

const defined = (members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
