// Who belongs to a cohort: what a request, its client or the proxy must have.
import { z } from 'zod'
import { limits } from '../../../base/index.ts'
import { parseCidr } from '../../cidr.ts'
import { cookieName, headerName, refuseUnlessOne } from '../../fields.ts'

const text = z.string().max(limits.fieldLength, `wanted at most ${limits.fieldLength} characters`)
const whole = text.optional().describe('The whole value.')
const isThere = z.literal(true, 'wanted true').optional()
const few = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .min(1, 'wanted at least one, or leave it out')
    .max(limits.conditionsPerCohort, `wanted at most ${limits.conditionsPerCohort}`)

const header = z
  .strictObject({
    name: headerName.describe('Name of the header, in any case.'),
    exact: whole,
    prefix: text.min(1, 'wanted at least one character').optional().describe('How the value begins.'),
    present: z.boolean().optional().describe('`true`: the header is there; `false`: it is not.'),
  })
  .superRefine((value, context) => refuseUnlessOne(value, ['exact', 'prefix', 'present'], context))

const cookie = z
  .strictObject({
    name: cookieName.describe('Name of the cookie.'),
    exact: text
      .regex(/^[^;\s",\\]+$/, 'wanted the value of a cookie: no spaces, quotes, commas and semicolons')
      .optional()
      .describe('The whole value.'),
    present: isThere.describe('The cookie is there, with any value.'),
  })
  .superRefine((value, context) => refuseUnlessOne(value, ['exact', 'present'], context))

const query = z
  .strictObject({
    name: z.string().min(1, 'wanted at least one character').max(256).describe('Name of the parameter.'),
    exact: whole,
    present: isThere.describe('The parameter is there, with any value.'),
  })
  .superRefine((value, context) => refuseUnlessOne(value, ['exact', 'present'], context))

const range = text.superRefine((value, context) => {
  const parsed = parseCidr(value)
  if ('message' in parsed) context.addIssue({ code: 'custom', message: parsed.message })
})

const claim = z.strictObject({
  path: z
    .array(z.string().min(1, 'wanted at least one character').max(limits.labelLength))
    .min(1, 'wanted the name of a claim')
    .max(8, 'wanted at most 8 steps')
    .describe('Where the claim stands: `[groups]`, `[realm_access, roles]`.'),
  value: text.describe('The claim is this text, or a list with it.'),
})

const place = z
  .string()
  .min(1, 'wanted at least one character')
  .max(limits.labelLength)
  .regex(/^[A-Za-z0-9._-]+$/, 'wanted letters, digits, ".", "_" and "-"')
  .optional()
const locality = z
  .strictObject({
    region: place.describe('Region of the proxy.'),
    zone: place.describe('Zone of the proxy.'),
    subZone: place.describe('Sub-zone of the proxy.'),
  })
  .refine(({ region, zone, subZone }) => (region ?? zone ?? subZone) !== undefined, {
    error: 'wanted at least one of "region", "zone" and "subZone"',
  })

const geography = z.strictObject({
  header: headerName
    .default('x-verdigris-geography')
    .describe(
      'Header that says where the client is. What does not begin with `x-verdigris-` clients can send themselves.',
    ),
  values: few(text.min(1, 'wanted at least one character')).describe(
    'Any of these, in any case: `[NO, SE]`.',
  ),
})

const parts = ['headers', 'cookies', 'query', 'source', 'claims', 'locality', 'geography'] as const

/** All parts that are there must hold. */
export const cohortMatch = z
  .strictObject({
    headers: few(header).optional().describe('Headers of the request; all of them.'),
    cookies: few(cookie).optional().describe('Cookies of the request; all of them.'),
    query: few(query).optional().describe('Query parameters; all of them.'),
    source: z
      .array(range)
      .min(1, 'wanted at least one, or leave it out')
      .max(limits.rangesPerCohort, `wanted at most ${limits.rangesPerCohort}`)
      .optional()
      .describe('Ranges of addresses; the trusted address of the client is in one of them.'),
    claims: few(claim).optional().describe('Claims of a verified token (see `jwt`); all of them.'),
    locality: locality
      .optional()
      .describe('Where the proxy runs, as `verdigris bootstrap` was told. Other bootstraps never match.'),
    geography: geography.optional().describe('Where the client is, as a header says.'),
  })
  .superRefine((match, context) => {
    if (parts.some((part) => match[part] !== undefined)) return
    const message = `wanted at least one of ${parts.map((part) => `"${part}"`).join(', ')}: an empty match takes everybody`
    context.addIssue({ code: 'custom', message, path: [] })
  })

export type CohortMatch = z.infer<typeof cohortMatch>
