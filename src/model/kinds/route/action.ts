// What a rule does instead of sending to a service: a redirect, or an answer of the proxy's own.
import { z } from 'zod'
import { limits, regexGroups } from '../../../base/index.ts'
import { isIpAddress } from '../../address.ts'
import { port } from '../../fields.ts'
import { path } from './fields.ts'

const label = '[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?'
const hostForm = new RegExp(`^${label}(\\.${label})*$`)
/** A host that somebody is sent to, or that a backend is told. */
const plainHost = z
  .string()
  .max(253, 'wanted at most 253 characters')
  .refine(
    (text) => hostForm.test(text) || isIpAddress(text),
    'wanted a lower-case host name without port, or an IP address',
  )

const codes = [301, 302, 303, 307, 308] as const

export const redirect = z
  .strictObject({
    scheme: z.enum(['http', 'https']).optional().describe('Default: as the request.'),
    host: plainHost.optional().describe('Default: as the request.'),
    port: port.optional().describe('Default: as the request; with a new scheme, the usual one of it.'),
    path: path.optional().describe('The whole new path.'),
    prefix: path
      .optional()
      .describe('What stands in the place of the prefix that matched; the rest of the path stays.'),
    code: z
      .literal([...codes])
      .default(301)
      .describe('Status of the answer.'),
    stripQuery: z.boolean().default(false).describe('Leaves the query away.'),
  })
  .superRefine((wanted, context) => {
    if (wanted.path !== undefined && wanted.prefix !== undefined) {
      context.addIssue({ code: 'custom', message: 'wanted none beside "path"', path: ['prefix'] })
    }
    const changes = [wanted.scheme, wanted.host, wanted.port, wanted.path, wanted.prefix]
    if (changes.some((each) => each !== undefined)) return
    const message =
      'wanted at least one of "scheme", "host", "port", "path" and "prefix": else it leads to itself'
    context.addIssue({ code: 'custom', message })
  })

export const directResponse = z.strictObject({
  status: z
    .int('wanted a status from 200 to 599')
    .min(200, 'wanted a status from 200 to 599')
    .max(599, 'wanted a status from 200 to 599')
    .describe('Status of the answer.'),
  body: z
    .string()
    .refine(
      (text) => Buffer.byteLength(text) <= limits.directResponseBytes,
      `wanted at most ${limits.directResponseBytes} bytes`,
    )
    .optional()
    .describe(
      `Text of the answer in one line, at most ${limits.directResponseBytes} bytes. Its type is set by \`responseHeaders\`.`,
    ),
})

export const rewrite = z
  .strictObject({
    prefix: path
      .optional()
      .describe('What stands in the place of the prefix that matched; the rest of the path stays.'),
    path: path.optional().describe('The whole path that the backend is asked for; the query stays.'),
    regex: z
      .strictObject({
        pattern: z.string().describe('RE2; every place of the path that it matches is replaced.'),
        substitution: z
          .string()
          .max(2_048, 'wanted at most 2048 characters')
          .regex(/^[^\p{Cc}?#\s]*$/u, 'wanted a text without "?", "#", spaces and control characters')
          .describe('What is put there; `\\1` is the first group.'),
      })
      .superRefine(substitutionFaults)
      .optional()
      .describe('Replaces parts of the path; the query stays.'),
    host: plainHost
      .optional()
      .describe('Host that the backend is told; the one before comes as `x-forwarded-host`.'),
    autoHost: z
      .literal(true, 'wanted true, or nothing')
      .optional()
      .describe('The backend is told its own host name (endpoints that are found by DNS).'),
  })
  .superRefine((wanted, context) => {
    const excluding = [
      ['path', 'prefix', 'regex'],
      ['host', 'autoHost'],
    ] as const
    for (const fields of excluding) {
      const given = fields.filter((each) => wanted[each] !== undefined)
      for (const more of given.slice(1)) {
        context.addIssue({ code: 'custom', message: `wanted none beside "${given[0]}"`, path: [more] })
      }
    }
    if (Object.values(wanted).every((each) => each === undefined)) {
      context.addIssue({
        code: 'custom',
        message: 'wanted at least one of "prefix", "path", "regex", "host" and "autoHost"',
      })
    }
  })

export type Redirect = z.infer<typeof redirect>
export type DirectResponse = z.infer<typeof directResponse>
export type Rewrite = z.infer<typeof rewrite>

/** Groups that do not exist, and backslashes that begin nothing: Envoy refuses the first and mangles the others. */
function substitutionFaults(
  { pattern, substitution }: { readonly pattern: string; readonly substitution: string },
  context: z.RefinementCtx,
): void {
  const groups = regexGroups(pattern)
  if (typeof groups === 'string') {
    context.addIssue({ code: 'custom', message: groups, path: ['pattern'] })
    return
  }
  for (const [found, next] of substitution.matchAll(/\\(.?)/g)) {
    if (next === '\\') continue
    const message =
      next === undefined || !/\d/.test(next)
        ? `wanted "\\0" to "\\9", or "\\\\" for a backslash, found ${JSON.stringify(found)}`
        : Number(next) > groups
          ? `wanted a group of the pattern, which has ${groups}, found "\\${next}"`
          : undefined
    if (message !== undefined) context.addIssue({ code: 'custom', message, path: ['substitution'] })
  }
}
