// What a request must have, for a rule to take it.
import { z } from 'zod'
import { limits } from '../../../base/index.ts'
import { matchedText, method, path, regex } from './fields.ts'

const pathMatch = z.union(
  [
    z.strictObject({
      prefix: path.describe('Whole segments: `/cart` takes `/cart` and `/cart/1`, and leaves `/cartoon`.'),
    }),
    z.strictObject({ exact: path.describe('The whole path, without the query.') }),
    z.strictObject({
      regex: regex
        .refine(
          (text) => !/^\^?(\.[*+]|\/\.\*|\((\/?)\.\*\))\$?$/.test(text),
          'wanted a prefix: it takes every path, and regular expressions go before prefixes',
        )
        .describe('RE2, for the whole path without the query.'),
    }),
  ],
  'wanted exactly one of "prefix", "exact" and "regex"',
)

const texts = {
  exact: z
    .string()
    .max(limits.fieldLength, `wanted at most ${limits.fieldLength} characters`)
    .optional()
    .describe('The whole value.'),
  prefix: matchedText.optional().describe('How the value begins.'),
  suffix: matchedText.optional().describe('How the value ends.'),
  contains: matchedText.optional().describe('What stands somewhere in the value.'),
  regex: regex.optional().describe('RE2, for the whole value.'),
}
const ignoreCase = z
  .boolean()
  .optional()
  .describe('Capitals and small letters are the same (not with `regex`). Default `false`.')

const range = z
  .strictObject({
    start: z.int('wanted a whole number').describe('The least.'),
    end: z.int('wanted a whole number').describe('The first that is too much.'),
  })
  .refine(({ start, end }) => start < end, { error: 'wanted an end above the start', path: ['end'] })

export const headerMatch = z
  .strictObject({
    name: z
      .string()
      .max(256, 'wanted at most 256 characters')
      .regex(/^:?[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'wanted the name of a header')
      .describe('Name of the header, in any case.'),
    ...texts,
    range: range.optional().describe('The value is a whole number from `start` to below `end`.'),
    present: z.boolean().optional().describe('`true`: the header is there; `false`: it is not.'),
    ignoreCase,
    invert: z
      .boolean()
      .optional()
      .describe(
        'The other way round: those that the rest does not match. A header that is not there counts as empty.',
      ),
  })
  .superRefine((match, context) => {
    onlyOne(['exact', 'prefix', 'suffix', 'contains', 'regex', 'range', 'present'], match, context)
    caseFaults(match, context)
    if (match.invert !== undefined && match.present !== undefined) {
      const message = 'wanted none beside "present": say "present: false"'
      context.addIssue({ code: 'custom', message, path: ['invert'] })
    }
  })

const queryMatch = z
  .strictObject({
    name: z
      .string()
      .min(1, 'wanted at least one character')
      .max(256, 'wanted at most 256 characters')
      .describe('Name of the parameter.'),
    ...texts,
    present: z.boolean().optional().describe('`true`: the parameter is there; `false`: it is not.'),
    ignoreCase,
  })
  .superRefine((match, context) => {
    onlyOne(['exact', 'prefix', 'suffix', 'contains', 'regex', 'present'], match, context)
    caseFaults(match, context)
  })

const grpcName = /^[A-Za-z_][A-Za-z0-9_]*$/
const grpcMatch = z
  .strictObject({
    service: z
      .string()
      .max(256, 'wanted at most 256 characters')
      .regex(
        /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/,
        'wanted the full name of a gRPC service, such as "shop.v1.Cart"',
      )
      .optional()
      .describe('Full name of the gRPC service, such as `shop.v1.Cart`. Default: every one.'),
    method: z
      .string()
      .max(256, 'wanted at most 256 characters')
      .regex(grpcName, 'wanted the name of a method, such as "AddItem"')
      .optional()
      .describe('One method of it. Default: all.'),
  })
  .refine((match) => match.method === undefined || match.service !== undefined, {
    error: 'missing, wanted the service of the method',
    path: ['service'],
  })

export const match = z
  .strictObject({
    path: pathMatch.optional().describe('Default: every path.'),
    methods: z
      .array(method)
      .min(1, 'wanted at least one method')
      .max(method.options.length)
      .refine((methods) => new Set(methods).size === methods.length, 'wanted each method once')
      .optional()
      .describe('Any of them. Default: every method.'),
    headers: z.array(headerMatch).max(limits.headersPerMatch).optional().describe('All of them must match.'),
    query: z
      .array(queryMatch)
      .max(limits.headersPerMatch)
      .optional()
      .describe(
        'Parameters of the query: all of them must match. Of one that is there twice, the first counts.',
      ),
    grpc: grpcMatch
      .optional()
      .describe('gRPC calls only (`content-type: application/grpc`). Instead of `path` and `methods`.'),
    connect: z
      .literal(true, 'wanted true, or nothing')
      .optional()
      .describe('CONNECT requests only, which have no path. Instead of `path` and `methods`.'),
  })
  .superRefine((wanted, context) => {
    const alone = wanted.grpc === undefined ? (wanted.connect === undefined ? undefined : 'connect') : 'grpc'
    if (alone === undefined) return
    for (const field of ['path', 'methods', 'connect'] as const) {
      if (field === alone || wanted[field] === undefined) continue
      const message = `wanted none beside "${alone}", which says it already`
      context.addIssue({ code: 'custom', message, path: [field] })
    }
  })

export type Match = z.infer<typeof match>
export type HeaderMatch = z.infer<typeof headerMatch>
export type QueryMatch = z.infer<typeof queryMatch>

function onlyOne<Value extends object>(
  members: readonly (keyof Value & string)[],
  value: Value,
  context: z.RefinementCtx,
): void {
  const given = members.filter((member) => value[member] !== undefined)
  if (given.length === 1) return
  const found = given.length === 0 ? 'none' : given.map((each) => `"${each}"`).join(' and ')
  const wanted = members
    .map((each) => `"${each}"`)
    .join(', ')
    .replace(/, ([^,]*)$/, ' and $1')
  context.addIssue({ code: 'custom', message: `wanted exactly one of ${wanted}, found ${found}` })
}

function caseFaults(
  value: {
    readonly ignoreCase?: boolean | undefined
    readonly regex?: string | undefined
    readonly present?: boolean | undefined
    readonly range?: object | undefined
  },
  context: z.RefinementCtx,
): void {
  if (value.ignoreCase === undefined) return
  const beside = (['regex', 'present', 'range'] as const).find((each) => value[each] !== undefined)
  if (beside === undefined) return
  const hint = beside === 'regex' ? ': write "(?i)" in front of the expression' : ''
  const message = `wanted none beside "${beside}"${hint}`
  context.addIssue({ code: 'custom', message, path: ['ignoreCase'] })
}
